using EmbeddedJwt;
using Microsoft.AspNetCore.Authentication.JwtBearer;

var builder = WebApplication.CreateBuilder(args);
var tokens = new DemoTokens();

builder.Services.AddAuthentication().AddJwtBearer(options =>
{
    options.TokenValidationParameters = tokens.Validation;
    // Browsers cannot set a header on a WebSocket: on the hub's path, and only there, the token may come in the query.
    options.Events = new JwtBearerEvents
    {
        OnMessageReceived = context =>
        {
            if (context.Request.Path.StartsWithSegments("/wsmq") && context.Request.Query["access_token"] is [{ } token])
                context.Token = token;
            return Task.CompletedTask;
        },
    };
});
builder.Services.AddAuthorization();
builder.Services.AddWsmq();

var app = builder.Build();
app.MapWsmq("/wsmq");

// A real app asks for a password here.
app.MapPost("/login/{user}", (string user) => tokens.Issue(user));
app.Run();

using CustomScheme;
using Microsoft.AspNetCore.Authentication;

var builder = WebApplication.CreateBuilder(args);

// Replace this by the app's own way to verify a token, such as a session table or a call to another service.
var sessions = new Dictionary<string, string> { ["alices-session"] = "alice", ["bobs-session"] = "bob" };
builder.Services.AddSingleton<Verify>((token, _) => Task.FromResult(sessions.GetValueOrDefault(token)));

builder.Services.AddAuthentication(AccessTokenHandler.SchemeName)
    .AddScheme<AuthenticationSchemeOptions, AccessTokenHandler>(AccessTokenHandler.SchemeName, null);
builder.Services.AddAuthorization();
builder.Services.AddWsmq();

var app = builder.Build();
app.MapWsmq("/wsmq");
app.Run();

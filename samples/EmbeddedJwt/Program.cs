using EmbeddedJwt;

var builder = WebApplication.CreateBuilder(args);
var tokens = new DemoTokens();

builder.Services.AddAuthentication().AddJwtBearer(options => options.TokenValidationParameters = tokens.Validation);
builder.Services.AddAuthorization();
// Browsers cannot set a header on a WebSocket: for the hub, and only there, the token may be sent in the query.
builder.Services.AddWsmq(options => options.Endpoint.AcceptTokenInQuery = true);

var app = builder.Build();
app.MapWsmq("/wsmq");

// A real app verifies a password here.
app.MapPost("/login/{user}", (string user) => tokens.Issue(user));
app.Run();

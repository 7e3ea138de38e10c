using System.Security.Claims;
using Lib.Net.Http.WebPush;
using Lib.Net.Http.WebPush.Authentication;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;
using WebPush;
using Wsmq;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options =>
    options.Events.OnRedirectToLogin = context =>
    {
        // Clients need a status, not a page.
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    });
builder.Services.AddAuthorization();
builder.Services.AddOptions<PushOptions>().BindConfiguration("Push");
builder.Services.AddSingleton<PushKeys>();
builder.Services.AddSingleton<Subscriptions>();
builder.Services.AddSingleton(services => new VapidAuthentication(
    services.GetRequiredService<PushKeys>().PublicKey, services.GetRequiredService<PushKeys>().PrivateKey)
{
    Subject = services.GetRequiredService<IOptions<PushOptions>>().Value.Subject,
});
builder.Services.AddHttpClient("push").AddTypedClient((http, services) => new PushServiceClient(http)
{
    DefaultAuthentication = services.GetRequiredService<VapidAuthentication>(),
});
var wsmq = builder.Services.AddWsmq(o =>
    {
        o.Unacknowledged.Types.Add("chat");
        o.Unacknowledged.After = builder.Configuration.GetValue("Push:After", o.Unacknowledged.After);
        o.Unacknowledged.Timeout = builder.Configuration.GetValue("Push:Timeout", o.Unacknowledged.Timeout);
    })
    .OnUnacknowledged<MobilePush>();

// With a connection string for Redis any number of nodes share the messages; without one they are in a SQLite file.
if (builder.Configuration.GetConnectionString("Redis") is { } redis)
    wsmq.UseRedis(redis);

var app = builder.Build();
app.UseDefaultFiles();
app.UseStaticFiles();
app.MapWsmq("/wsmq");

// A real app verifies a password here.
app.MapPost("/sign-in/{user}", (string user, HttpContext context) => context.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity(
    [new Claim(ClaimTypes.NameIdentifier, user)], CookieAuthenticationDefaults.AuthenticationScheme))));
app.MapGet("/push-key", (PushKeys keys) => keys.PublicKey);
app.MapPut("/subscription", (PushSubscription subscription, ClaimsPrincipal user, Subscriptions all, IOptions<PushOptions> options) =>
{
    // The server calls this address: only those of push services may be given.
    if (!options.Value.Allows(subscription.Endpoint))
        return Results.BadRequest("this is not the address of a push service");
    all.Add(user.FindFirstValue(ClaimTypes.NameIdentifier)!, subscription);
    return Results.NoContent();
}).RequireAuthorization();
app.MapPost("/messages/{to}", async (string to, Chat chat, IWsmqPublisher publisher, CancellationToken cancellationToken) =>
    await publisher.SendAsync(WsmqAddress.User(to), chat, cancellationToken)).RequireAuthorization();
app.Run();

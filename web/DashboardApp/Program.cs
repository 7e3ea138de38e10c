using DashboardApp;
using Microsoft.AspNetCore.Authentication;
using Wsmq;

// An app with the dashboard, for its tests: every name that a request claims is accepted, and decides what its user may do.
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthentication(ClaimedName.SchemeName).AddScheme<AuthenticationSchemeOptions, ClaimedName>(ClaimedName.SchemeName, null);
builder.Services.AddAuthorization();
builder.Services.AddSingleton<IWsmqAuthorizer, RightsByName>();
var wsmq = builder.Services.AddWsmq(o =>
{
    o.Endpoint.AcceptTokenInQuery = true;
    o.Drain.Timeout = TimeSpan.FromSeconds(2);
    o.DeadLetters.MaxAttempts = 1;
    o.Presence.IsEnabled = true;
    if (!builder.Configuration.GetValue<bool>("large"))
        return;
    o.Retention.MaxBytes = 1L << 30;
    o.Limits.ConnectionSendsPerSecond = o.Limits.UserSendsPerSecond = 0;
    o.Limits.UserSendBytesPerMinute = 0;
    o.Limits.UserStorePercent = 0;
}).AddQueue("emails", o =>
{
    o.MaxAttempts = 1;
    o.MinBackoff = o.MaxBackoff = TimeSpan.Zero;
});
if (builder.Configuration["redis"] is { } redis)
    wsmq.UseRedis(redis);
else
    wsmq.UseSqlite(builder.Configuration["database"]);

var app = builder.Build();
if (builder.Configuration["prefix"] is { } prefix)
    app.UsePathBase(prefix);
app.UseRouting();
app.UseAuthentication();
app.UseAuthorization();
app.MapWsmq("/wsmq");
app.MapWsmqApi("/wsmq-api");
app.MapWsmqDashboard();
app.MapWsmqDashboard("/tools/open", o => o.TokenPath = "/token").AllowAnonymous();
app.MapWsmqDashboard("/for-olga").RequireAuthorization(policy => policy.RequireUserName("olga"));
app.MapPost("/token", () => new { token = "olga" });
if (builder.Configuration["database"] is { } database)
    app.MapPost("/many-dead-letters", (int count) => ManyDeadLetters.AddAsync(database, count));
await app.StartAsync();
Console.WriteLine($"listening on {app.Urls.First()}/");
await app.WaitForShutdownAsync();

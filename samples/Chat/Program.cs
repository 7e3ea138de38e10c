using Chat;
using Microsoft.AspNetCore.Authentication.Cookies;
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
builder.Services.AddSingleton<Rooms>();
builder.Services.AddSingleton<Memberships>();
builder.Services.AddSingleton<IWsmqAuthorizer, RoomAuthorizer>();
builder.Services.AddWsmq(o =>
{
    o.Presence.IsEnabled = true;
    o.Presence.Grace = builder.Configuration.GetValue("Chat:Grace", o.Presence.Grace);

    // Read marks are there for as long as the messages.
    o.Retention.Group.MaxAge = o.Tracking.Retention = TimeSpan.FromDays(30);

    // A page acknowledges a message when its user has seen it. That may take days, over any number of connections: unread messages are not
    // poison, nothing is wrong with a reader who has some, and those of one room must not hold up another one.
    o.DeadLetters.MaxSilentAttempts = 0;
    o.Delivery.StallAfter = TimeSpan.FromHours(1);
    o.Delivery.MaxInFlightMessagesPerConnection = 65_536;
});

var app = builder.Build();
app.Use((context, next) =>
{
    // What people write is shown as text; and should a page ever make a mistake there, no script of theirs runs.
    context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; frame-ancestors 'none'";
    return next(context);
});
app.UseDefaultFiles();
app.UseStaticFiles();
app.MapWsmq("/wsmq");
app.MapUsers();
app.MapRooms();
app.Run();

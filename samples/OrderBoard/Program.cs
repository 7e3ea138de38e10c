using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using OrderBoard;
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
builder.Services.AddWsmq();
builder.Services.AddSingleton<Board>();

var app = builder.Build();
app.UseDefaultFiles();
app.UseStaticFiles();
app.MapWsmq("/wsmq");

// A real app verifies a password here. All users who have signed in see the board.
app.MapPost("/sign-in/{user}", async (string user, HttpContext context, IWsmqGroups groups) =>
{
    await groups.AddToGroupAsync(user, Board.Group, context.RequestAborted);
    var identity = new ClaimsIdentity(
        [new Claim(ClaimTypes.NameIdentifier, user)], CookieAuthenticationDefaults.AuthenticationScheme);
    await context.SignInAsync(new ClaimsPrincipal(identity));
});
app.MapGet("/board", (Board board, CancellationToken cancellationToken) => board.ReadAsync(cancellationToken)).RequireAuthorization();
app.MapPut("/orders/{order}", (string order, string state, Board board, CancellationToken cancellationToken) =>
    board.ChangeAsync(order, state, cancellationToken)).RequireAuthorization();
app.Run();

using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Chat;

/// <summary>Who may sign in. A real app has its own users, and verifies a password.</summary>
internal static class Users
{
    private static readonly string[] All = ["alice", "bob", "carol", "dave"];

    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        app.MapGet("/me", (ClaimsPrincipal user) => new { user = user.FindFirstValue(ClaimTypes.NameIdentifier), users = All });
        app.MapPost("/sign-in/{user}", async (string user, HttpContext context) =>
        {
            if (!All.Contains(user))
                return Results.NotFound();
            await context.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity(
                [new Claim(ClaimTypes.NameIdentifier, user)], CookieAuthenticationDefaults.AuthenticationScheme)));
            return Results.NoContent();
        });
        app.MapPost("/sign-out", (HttpContext context) => context.SignOutAsync());
    }

    /// <summary>The identifier of a user who has signed in.</summary>
    public static string Id(this ClaimsPrincipal user) => user.FindFirstValue(ClaimTypes.NameIdentifier)!;
}

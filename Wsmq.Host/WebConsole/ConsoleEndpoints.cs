using Microsoft.AspNetCore.SignalR;
using Wsmq.Development;
using Wsmq.Host.Configuration;

namespace Wsmq.Host.WebConsole;

/// <summary>
/// What the console needs beside the hub and the HTTP API: tokens, and what an app would do, because the host has none: live pushes and
/// memberships. Only in Development, and only for <see cref="LocalRequest"/>.
/// </summary>
internal static class ConsoleEndpoints
{
    public const string Path = "/wsmq-console";

    /// <summary>A token of the user who is the operator in Development.</summary>
    public const string OperatorTokenPath = Path + "/token?user=" + Operator;

    private const string Operator = "admin";
    private const int MostPushedBytes = 16 * 1024;
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    public static void MapConsole(this WebApplication app, HostSettings settings)
    {
        var key = DevelopmentKey.LoadOrCreate(settings.DataFolder);
        var console = app.MapGroup(Path).AllowAnonymous();
        Map(console, HttpMethods.Post, "/token", context => WriteTokenAsync(context, key));
        Map(console, HttpMethods.Post, "/live", PushAsync);
        Map(console, HttpMethods.Get, "/groups/{group}/members", WriteMembersAsync);
        Map(console, HttpMethods.Put, "/groups/{group}/members/{user}", context =>
            Groups(context).AddToGroupAsync(Text(context, "user"), Text(context, "group"), context.RequestAborted));
        Map(console, HttpMethods.Delete, "/groups/{group}/members/{user}", context =>
            Groups(context).RemoveFromGroupAsync(Text(context, "user"), Text(context, "group"), context.RequestAborted));
    }

    private static void Map(RouteGroupBuilder console, string method, string path, RequestDelegate call) =>
        console.MapMethods(path, [method], LocalRequest.Only(async context =>
        {
            context.Response.Headers.CacheControl = "no-store";
            try
            {
                await call(context);
            }
            catch (WsmqException e)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                await context.Response.WriteAsJsonAsync(new { title = e.Message }, context.RequestAborted);
            }
        }));

    private static Task WriteTokenAsync(HttpContext context, byte[] key)
    {
        var user = WsmqAddress.User(context.Request.Query["user"].ToString());
        return context.Response.WriteAsJsonAsync(
            new { token = DevelopmentSigner.Sign(key, user.Name, TokenLifetime) }, context.RequestAborted);
    }

    private static async Task PushAsync(HttpContext context)
    {
        var user = WsmqAddress.User(context.Request.Query["user"].ToString());
        if (context.Request.ContentLength is not <= MostPushedBytes || !context.Request.HasJsonContentType())
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var note = await context.Request.ReadFromJsonAsync<ConsoleNote>(context.RequestAborted) ?? new ConsoleNote(string.Empty);
        var live = context.RequestServices.GetRequiredService<IHubContext<WsmqHub, IWsmqReceiver>>();
        await live.Clients.User(user.Name).Live(WsmqLiveMessage.From(note, "note"));
    }

    private static async Task WriteMembersAsync(HttpContext context) => await context.Response.WriteAsJsonAsync(
        await Groups(context).ListMembersAsync(Text(context, "group"), context.RequestAborted), context.RequestAborted);

    private static IWsmqGroups Groups(HttpContext context) => context.RequestServices.GetRequiredService<IWsmqGroups>();

    private static string Text(HttpContext context, string name) => context.Request.RouteValues[name] as string ?? string.Empty;
}

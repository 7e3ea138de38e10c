using Wsmq.Host.Configuration;
using Wsmq.Pages;

namespace Wsmq.Host.WebConsole;

/// <summary>The pages of the host: the dashboard, and in Development the console.</summary>
internal static class HostPages
{
    private const string Root = "/";

    public static bool HasConsole(HostSettings settings, IHostEnvironment environment) => settings.Console && environment.IsDevelopment();

    public static void MapPages(this WebApplication app, HostSettings settings)
    {
        var hasConsole = HasConsole(settings, app.Environment);
        app.MapWsmqDashboard(settings.DashboardPath, o =>
        {
            o.ApiPath = settings.ApiPath;
            o.TokenPath = hasConsole ? ConsoleEndpoints.OperatorTokenPath : null;
            o.HomePath = hasConsole ? Root : null;
            o.HomeTitle = "Console";
        }).AllowAnonymous(); // A browser sends no bearer token with a page: the dashboard, which contains no data, asks for it.
        if (!hasConsole)
            return;
        app.MapPage(
            Root,
            typeof(HostPages).Assembly,
            ("hub", PageEndpoints.RelativePath(Root, settings.Path)),
            ("api", PageEndpoints.RelativePath(Root, settings.ApiPath)),
            ("dashboard", PageEndpoints.RelativePath(Root, settings.DashboardPath)),
            ("console", PageEndpoints.RelativePath(Root, ConsoleEndpoints.Path))).AllowAnonymous();
        app.MapConsole(settings);
    }
}

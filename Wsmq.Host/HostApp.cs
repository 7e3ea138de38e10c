using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Wsmq.Development;
using Wsmq.Host.Authentication;
using Wsmq.Host.Configuration;
using Wsmq.Host.Diagnostics;

namespace Wsmq.Host;

/// <summary>Puts the host together from its configuration and runs it.</summary>
internal static class HostApp
{
    /// <summary>Throws what <see cref="StartFailure"/> describes, where the host cannot start.</summary>
    public static async Task RunAsync(string[] args)
    {
        // The settings lie beside the program, wherever it is started from.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var settings = HostSettings.Read(builder.Configuration);
        var startLog = new StartLog();
        AddServices(builder, settings, startLog);

        await using var app = builder.Build();
        Validate(app.Services);
        app.MapWsmq(settings.Path);
        app.MapHealth();
        await app.StartAsync();
        startLog.Started();
        PlainHttp.Warn(app.Urls, app.Logger);
        Console.WriteLine(Banner.Text(settings, app.Urls, app.Environment));
        await app.WaitForShutdownAsync();
    }

    private const int MaxUnreadBytes = 64 * 1024;

    private static void AddServices(WebApplicationBuilder builder, HostSettings settings, StartLog startLog)
    {
        if (settings.Redis is null || builder.Environment.IsDevelopment())
            CreateDataFolder(settings.DataFolder);
        builder.Services.AddSingleton<IPostConfigureOptions<LoggerFilterOptions>>(new TokenPrivacy());
        builder.Services.AddSingleton<IPostConfigureOptions<LoggerFilterOptions>>(startLog);
        builder.AddBearer(settings);

        // What a client sends and wsmq does not read yet waits in Kestrel, by default up to 1 MiB for each connection.
        builder.Services.Configure<SocketTransportOptions>(o => o.MaxReadBufferSize = MaxUnreadBytes);
        builder.Services.AddHealthChecks();
        builder.Services.AddStore(settings, builder.Configuration);
        builder.Services.AddHostedService(services => new ConfiguredGroups(settings, services.GetRequiredService<IWsmqGroups>()));
    }

    private static void CreateDataFolder(string folder)
    {
        try
        {
            DataFolder.Create(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostRefusal($"The data folder {folder} cannot be made ({e.Message}). Set Wsmq:DataFolder to one that can.", e);
        }
    }

    // Before the start, so that a value out of bounds ends in its own text and not in a report of a failed service.
    private static void Validate(IServiceProvider services)
    {
        _ = services.GetRequiredService<IOptions<WsmqOptions>>().Value;
        var bearer = services.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>().Get(JwtBearerDefaults.AuthenticationScheme);
        BearerCheck.Require(bearer, services.GetRequiredService<IHostEnvironment>().EnvironmentName);
    }
}

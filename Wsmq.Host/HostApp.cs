using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Wsmq.Development;
using Wsmq.Host.Authentication;
using Wsmq.Host.Configuration;
using Wsmq.Host.Diagnostics;
using Wsmq.Host.Documents;

namespace Wsmq.Host;

/// <summary>Builds the host from its configuration and runs it.</summary>
internal static class HostApp
{
    /// <summary>If the host cannot start, throws an exception that <see cref="StartFailure"/> describes.</summary>
    public static async Task RunAsync(string[] args)
    {
        // appsettings.json is next to the program, whatever the working directory.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var settings = HostSettings.Read(builder.Configuration);
        var startLog = new StartLog();
        AddServices(builder, settings, startLog);

        await using var app = builder.Build();
        Validate(app.Services);
        app.MapWsmq(settings.Path);
        app.MapWsmqApi(settings.ApiPath);
        app.MapHealth();
        if (app.Environment.IsDevelopment())
            app.MapApiDocument();
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

        // Kestrel buffers what a client has sent and wsmq has not read, by default up to 1 MiB per connection.
        builder.Services.Configure<SocketTransportOptions>(o => o.MaxReadBufferSize = MaxUnreadBytes);
        builder.Services.AddHealthChecks();
        if (builder.Environment.IsDevelopment())
            builder.Services.AddApiDocument(settings.ApiPath);
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
            throw new HostRefusal($"The data folder {folder} cannot be created ({e.Message}). Set Wsmq:DataFolder to another folder.", e);
        }
    }

    // Before the start, so that an invalid value is reported by its own message and not as a hosted service that failed.
    private static void Validate(IServiceProvider services)
    {
        _ = services.GetRequiredService<IOptions<WsmqOptions>>().Value;
        var bearer = services.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>().Get(JwtBearerDefaults.AuthenticationScheme);
        BearerCheck.Require(bearer, services.GetRequiredService<IHostEnvironment>().EnvironmentName);
    }
}

namespace Wsmq.Host.Configuration;

/// <summary>Adds wsmq with the store, the queues and the access rules that the settings select.</summary>
internal static class StoreSetup
{
    public static void AddStore(this IServiceCollection services, HostSettings settings, IConfiguration configuration)
    {
        var section = configuration.GetSection(HostSettings.Section);
        var wsmq = services.AddWsmq(options =>
        {
            // Browsers can send the token in the query only. TokenPrivacy keeps it out of the logs.
            options.Endpoint.AcceptTokenInQuery = true;
            section.GetSection(nameof(HostSettings.Options)).Bind(options);
        });
        services.AddSingleton<IWsmqAuthorizer>(provider => new ConfiguredAuthorizer(settings, provider.GetRequiredService<IWsmqGroups>()));
        foreach (var queue in section.GetSection(nameof(HostSettings.Queues)).GetChildren())
            wsmq.AddQueue(queue.Key, queue.Bind);
        if (settings.Redis is { } redis)
            wsmq.UseRedis(redis, section.GetSection(nameof(HostSettings.RedisOptions)).Bind);
        else
            wsmq.UseSqlite(settings.DatabasePath, section.GetSection(nameof(HostSettings.SqliteOptions)).Bind);
    }
}

using StackExchange.Redis;

namespace Wsmq.Testing;

/// <summary>A run's own connection to a Redis, with which it looks and prepares.</summary>
public static class AdminConnection
{
    // The driver's time-outs of 5 seconds would be those of the run: a busy machine stands still for longer.
    private const string Patience = "connectTimeout=60000,asyncTimeout=60000,syncTimeout=60000";

    /// <summary>Opens one.</summary>
    /// <param name="configuration">Servers, and settings if need be, as of StackExchange.Redis.</param>
    public static Task<ConnectionMultiplexer> OpenAsync(string configuration) =>
        ConnectionMultiplexer.ConnectAsync($"{configuration},allowAdmin=true,{Patience}");
}

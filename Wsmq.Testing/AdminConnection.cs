using StackExchange.Redis;

namespace Wsmq.Testing;

/// <summary>A connection for the test itself to inspect and prepare a Redis.</summary>
public static class AdminConnection
{
    // The driver's timeouts of 5 seconds would become the test's: a busy machine stalls for longer.
    private const string Patience = "connectTimeout=60000,asyncTimeout=60000,syncTimeout=60000";

    /// <summary>Opens a connection.</summary>
    /// <param name="configuration">A StackExchange.Redis configuration string: servers, and further options if needed.</param>
    public static Task<ConnectionMultiplexer> OpenAsync(string configuration) =>
        ConnectionMultiplexer.ConnectAsync($"{configuration},allowAdmin=true,{Patience}");
}

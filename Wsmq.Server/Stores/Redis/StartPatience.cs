using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>
/// Repeats steps of the start while Redis is reachable but answers that it cannot serve yet: a Cluster whose shards are still connecting
/// to each other, or a server that is loading its data. Gives up after the time for which the driver tries to reach an unreachable server.
/// </summary>
internal sealed class StartPatience(RedisConnections connections, WsmqRedisOptions options, ILogger logger)
{
    private const string Purpose = "start";

    private readonly TimeProvider _time = TimeProvider.System;

    /// <exception cref="RedisNotYetException">Redis could not serve within that time.</exception>
    public async Task RunAsync(Func<Task> step, CancellationToken cancellationToken)
    {
        var settings = RedisSettings.Of(options, Purpose);
        var patience = TimeSpan.FromMilliseconds((double)settings.ConnectTimeout * settings.ConnectRetry);
        var backoff = new Backoff(_time);
        var began = _time.GetTimestamp();
        string? said = null;
        while (true)
        {
            try
            {
                await step();
                return;
            }
            catch (Exception e) when (RedisErrors.NotYet(e) is { } answer)
            {
                if (_time.GetElapsedTime(began) > patience)
                    throw new RedisNotYetException(settings, answer, e);
                if (answer != said)
                    Log.RedisNotYet(logger, RedisConnections.Servers(settings), answer, patience);
                said = answer;
            }

            await backoff.WaitAsync(backoff.Next(), cancellationToken);

            // The roles or slots of the servers may have changed.
            connections.LookAgain();
        }
    }

    /// <summary>The exception for a step that is not repeated.</summary>
    public RedisNotYetException Failure(string answer, Exception error) => new(RedisSettings.Of(options, Purpose), answer, error);
}

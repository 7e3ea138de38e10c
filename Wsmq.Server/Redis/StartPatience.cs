using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Redis;

/// <summary>
/// Repeats steps of the start while Redis is there and says that it cannot serve yet, for as long as the driver tries to reach one
/// that is not there: a Cluster whose shards find each other, or a server that loads its data.
/// </summary>
internal sealed class StartPatience(RedisConnections connections, WsmqRedisOptions options, ILogger logger)
{
    private const string Purpose = "start";

    private readonly TimeProvider _time = TimeProvider.System;

    /// <exception cref="RedisNotYetException">It could not within that time.</exception>
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

            // Which server has what may be another matter by now.
            connections.LookAgain();
        }
    }

    /// <summary>For a step that is not repeated.</summary>
    public RedisNotYetException Failure(string answer, Exception error) => new(RedisSettings.Of(options, Purpose), answer, error);
}

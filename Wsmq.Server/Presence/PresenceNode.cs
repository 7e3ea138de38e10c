using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;

namespace Wsmq.Server.Presence;

/// <summary>Presence on this node, if the app has enabled it; otherwise nothing runs.</summary>
internal sealed class PresenceNode(
    PresenceTable table, PresenceSource source, PresenceWatches watches, LastSeenWriter seen, PresenceClock clock, PresenceSwitch isOn) : INodePart
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);

    private readonly BackgroundLoop _grace = new(clock.Time);
    private TimeSpan _next = Long;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!isOn.IsOn)
            return Task.CompletedTask;
        table.Left = (user, time) =>
        {
            seen.Note(user, time);
            _grace.Wake();
        };
        _grace.Start(ExpireAsync, () => _next, isOn.Failed);
        watches.Start();
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        if (!isOn.IsOn)
            return;

        // The connections have ended: the other nodes learn it before this one leaves.
        await watches.StopAsync();
        await source.FlushAsync();
        await _grace.StopAsync();
        await seen.WhenIdle();
    }

    private Task ExpireAsync(CancellationToken cancellationToken)
    {
        _next = table.Expire() switch
        {
            null => Long,
            { } left when left < Shortest => Shortest,
            { } left => left,
        };
        return Task.CompletedTask;
    }
}

/// <summary>Whether the app has enabled presence.</summary>
internal sealed class PresenceSwitch(IOptions<WsmqOptions> options, ILogger<PresenceSwitch> logger)
{
    public bool IsOn => options.Value.Presence.IsEnabled;

    /// <exception cref="WsmqException"><c>presence-not-allowed</c>: it is not enabled.</exception>
    public void Require()
    {
        if (!IsOn)
            throw new WsmqException(WsmqErrors.PresenceNotAllowed, "presence is not enabled on this server: WsmqOptions.Presence.IsEnabled");
    }

    public void Failed(Exception error, TimeSpan delay) => Log.PresenceNotAsked(logger, error, delay);
}

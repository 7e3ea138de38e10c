using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Limits;

/// <summary>
/// Reports the storage charged to users to the store, every few seconds and sooner for large amounts, and receives the sums over all nodes.
/// Once a user has used up half of the share, looks for entries that are gone from the logs.
/// </summary>
internal sealed class UsageReporter(IStore store, UsageReclaim reclaim, TimeProvider time, ILogger<UsageReporter> logger) : INodePart
{
    private const int AtATime = 32;

    // Up to this part of a share, logs are not accounted separately.
    private const int Apart = 8;

    private static readonly TimeSpan ReclaimEvery = TimeSpan.FromSeconds(2);

    private readonly BackgroundLoop _loop = new(time);
    private readonly Lock _lock = new();
    private HashSet<UsageAccount> _due = [];
    private HashSet<UsageAccount> _urgent = [];
    private long _reported = time.GetTimestamp();

    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop.Start(
            _ => ReportAsync(Due(time.GetElapsedTime(_reported) >= Interval)), () => Interval, (e, delay) => Log.StepFailed(logger, e, delay));
        return Task.CompletedTask;
    }

    /// <summary>Stops, and reports what is left.</summary>
    public async Task StopAsync()
    {
        await _loop.StopAsync();
        await ReportAsync(Due(all: true));
    }

    /// <summary>The share in bytes; null if there is no limit, and nothing is charged.</summary>
    public long? Allowed(LimitRules rules) =>
        rules.Options.UserStorePercent == 0 ? null : (long)(store.Usage.Capacity * rules.Options.UserStorePercent / 100);

    /// <summary>Schedules a report about a user, or a query of the sum.</summary>
    public void Report(UsageAccount account, bool urgent)
    {
        lock (_lock)
        {
            if (!(urgent ? _urgent : _due).Add(account) || !urgent)
                return;
        }

        _loop.Wake();
    }

    private UsageAccount[] Due(bool all)
    {
        lock (_lock)
        {
            UsageAccount[] due = all ? [.. _urgent.Union(_due)] : [.. _urgent];
            _due.ExceptWith(due);
            _urgent = [];
            if (all)
                _reported = time.GetTimestamp();
            return due;
        }
    }

    // Stops at the first part of which nothing was accepted: otherwise an unavailable store would be waited for once for each part, at the
    // stop too.
    private async Task ReportAsync(UsageAccount[] accounts)
    {
        for (var at = 0; at < accounts.Length; at += AtATime)
        {
            var some = accounts.AsSpan(at, Math.Min(AtATime, accounts.Length - at)).ToArray();
            if ((await Task.WhenAll(some.Select(ReportAsync))).Contains(true))
                continue;
            foreach (var later in accounts.AsSpan(at + some.Length))
                Report(later, urgent: false);
            return;
        }
    }

    /// <summary>Returns whether the store has accepted the report.</summary>
    private async Task<bool> ReportAsync(UsageAccount account)
    {
        var unreported = account.Take();
        try
        {
            var rules = account.Rules;
            var apart = rules is null ? 0 : (Allowed(rules) ?? 0) / Apart;
            var charge = new UsageCharge(unreported.Items, unreported.Permanent, apart, rules?.UserSendBytes?.TimeOf(unreported.RateBytes) ?? TimeSpan.Zero);
            var sum = await store.Usage.AddAsync(account.User, charge, CancellationToken.None);
            account.Reported(sum);
        }
        catch (Exception e)
        {
            // Catches everything: the loop must go on for all other users.
            account.NotReported(unreported);
            Report(account, urgent: false);
            Note(account, e);
            return false;
        }

        await ReclaimAsync(account);
        return true;
    }

    private async Task ReclaimAsync(UsageAccount account)
    {
        if (account.Rules is not { } rules || Allowed(rules) is not { } allowed || !account.IsOver(allowed / 2)
            || time.GetElapsedTime(account.Reclaimed) < ReclaimEvery)
            return;
        account.Reclaimed = time.GetTimestamp();
        try
        {
            if (await reclaim.RunAsync(account.User, CancellationToken.None) is { } sum)
                account.Reclaim(sum);
        }
        catch (Exception e)
        {
            // Foreign data in one account must not end the loop for all.
            Note(account, e);
        }
    }

    private void Note(UsageAccount account, Exception error)
    {
        if (error is WsmqException)
            Log.UsageNotReported(logger, error);
        else
            Log.UsageNotRead(logger, error, account.User);
    }
}

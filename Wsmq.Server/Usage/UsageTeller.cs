using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Limits;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Usage;

/// <summary>
/// Tells the store what is kept because of users, every few seconds and sooner where it is much, and hears what all nodes have told;
/// what is gone from the logs is looked for once a user has used up half of the share.
/// </summary>
internal sealed class UsageTeller(IStore store, UsageReclaim reclaim, TimeProvider time, ILogger<UsageTeller> logger)
{
    private const int AtATime = 32;

    // Up to this part of a share it is not kept which logs hold it.
    private const int Apart = 8;

    private static readonly TimeSpan ReclaimEvery = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly WakeUp _wake = new();
    private readonly Lock _lock = new();
    private HashSet<UsageAccount> _due = [];
    private HashSet<UsageAccount> _urgent = [];
    private Task _loop = Task.CompletedTask;
    private long _told = time.GetTimestamp();

    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Tells what is left.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await TellAsync(Due(all: true));
    }

    /// <summary>The share in bytes; null where there is no limit, and nothing is charged.</summary>
    public long? Allowed(LimitRules rules) =>
        rules.Options.UserStorePercent == 0 ? null : (long)(store.Usage.Capacity * rules.Options.UserStorePercent / 100);

    /// <summary>There is something to tell of a user, or to ask.</summary>
    public void Tell(UsageAccount account, bool urgent)
    {
        lock (_lock)
        {
            if (!(urgent ? _urgent : _due).Add(account) || !urgent)
                return;
        }

        _wake.Set();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync(Interval, time, _stop.Token);
                await TellAsync(Due(time.GetElapsedTime(_told) >= Interval));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            Log.LoopFailed(logger, e);
        }
    }

    private UsageAccount[] Due(bool all)
    {
        lock (_lock)
        {
            UsageAccount[] due = all ? [.. _urgent.Union(_due)] : [.. _urgent];
            _due.ExceptWith(due);
            _urgent = [];
            if (all)
                _told = time.GetTimestamp();
            return due;
        }
    }

    private async Task TellAsync(UsageAccount[] accounts)
    {
        foreach (var some in accounts.Chunk(AtATime))
            await Task.WhenAll(some.Select(TellAsync));
    }

    private async Task TellAsync(UsageAccount account)
    {
        var untold = account.Take();
        try
        {
            var rules = account.Rules;
            var apart = rules is null ? 0 : (Allowed(rules) ?? 0) / Apart;
            var charge = new UsageCharge(untold.Items, untold.Permanent, apart, rules?.UserSendBytes?.TimeOf(untold.RateBytes) ?? TimeSpan.Zero);
            var sum = await store.Usage.AddAsync(account.User, charge, CancellationToken.None);
            account.Told(sum);
        }
        catch (WsmqException e)
        {
            account.NotTold(untold);
            Tell(account, urgent: false);
            Log.UsageNotTold(logger, e);
            return;
        }

        await ReclaimAsync(account);
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
        catch (WsmqException e)
        {
            Log.UsageNotTold(logger, e);
        }
    }
}


using Wsmq.Server.Budgets;

namespace Wsmq.Server.Limits;

/// <summary>
/// The limits of a user on this node, over all its connections. The rules come from the calling connection, because a user may have
/// connections of different classes: tokens that one of them has used are gone for the others.
/// </summary>
internal sealed class UserLimits(string user)
{
    private RateBucket _sends;
    private RateBucket _sendBytes;
    private RateBucket _reads;
    private RateBucket _connects;
    private RateBucket _newAddresses;
    private RateBucket _producers;
    private UsageAccount? _usage;
    private UserReads? _logReads;

    // One for each class of limits that the user's HTTP requests had; guarded by the lock of ConnectionLimits.
    private List<SessionLimits>? _ofRequests;

    public string User => user;

    /// <summary>The storage charged to the user; created when first needed, because most connections only read.</summary>
    public UsageAccount Usage =>
        Volatile.Read(ref _usage) ?? Interlocked.CompareExchange(ref _usage, new UsageAccount(user, this), null) ?? _usage!;

    /// <summary>The bytes that the user has in progress.</summary>
    public UserBudget InProgress { get; } = new();

    /// <summary>The number of open connections; guarded by the lock of <see cref="ConnectionLimits"/>.</summary>
    public int Connections { get; set; }

    /// <summary>The number of HTTP requests in progress; guarded by the lock of <see cref="ConnectionLimits"/>.</summary>
    public int Requests { get; set; }

    /// <summary>The reads of logs for the user.</summary>
    public UserReads LogReads => LazyInitializer.EnsureInitialized(ref _logReads);

    /// <summary>Whether there is no state to keep for the user.</summary>
    public bool IsIdle(long now) => Connections == 0 && Requests == 0 && InProgress.Used == 0 && _sends.IsFull(now) && _sendBytes.IsFull(now)
        && _reads.IsFull(now) && _connects.IsFull(now) && _newAddresses.IsFull(now) && _producers.IsFull(now) && _usage is not { IsIdle: false }
        && _logReads?.IsIdle(now) is not false && _ofRequests?.TrueForAll(l => l.IsIdle(now)) is not false;

    /// <summary>
    /// The limits of the user's HTTP requests: all of them together are limited like one connection. Call with the lock of
    /// <see cref="ConnectionLimits"/> held.
    /// </summary>
    public SessionLimits OfRequests(LimitRules rules, UsageKeeper usage)
    {
        if (_ofRequests?.Find(l => l.Rules == rules) is { } known)
            return known;
        var limits = new SessionLimits(this, rules, usage);
        (_ofRequests ??= []).Add(limits);
        return limits;
    }

    /// <summary>Whether the user may create an address now.</summary>
    public bool MayCreate(LimitRules rules) => _newAddresses.HasRoom(rules.NewAddresses);

    public bool TrySend(LimitRules rules, out TimeSpan retryAfter) => _sends.TryTake(rules.UserSends, out retryAfter);

    public bool TrySendBytes(LimitRules rules, int bytes, out TimeSpan retryAfter) =>
        _sendBytes.TryTake(rules.UserSendBytes, out retryAfter, RateRule.UnitsOf(bytes));

    /// <summary>Accounts for bytes that other nodes took from the user's rate.</summary>
    public void RaiseSendBytes(LimitRules rules, TimeSpan ahead) => _sendBytes.Raise(rules.UserSendBytes, ahead);

    public bool TryRead(LimitRules rules, out TimeSpan retryAfter) => _reads.TryTake(rules.UserReads, out retryAfter);

    public bool TryConnect(LimitRules rules, out TimeSpan retryAfter) => _connects.TryTake(rules.UserConnects, out retryAfter);

    public bool TryProduce(LimitRules rules, out TimeSpan retryAfter) => _producers.TryTake(rules.Producers, out retryAfter);

    /// <summary>
    /// An address was created. Creations that were in flight when the last token was taken exceed the limit, and are paid for by a longer
    /// wait.
    /// </summary>
    public void Created(LimitRules rules) => _newAddresses.Charge(rules.NewAddresses);

    public WsmqException RefuseCreation(LimitRules rules) =>
        rules.Refuse(WsmqErrors.TooManyNewAddresses, _newAddresses.Wait(rules.NewAddresses));
}

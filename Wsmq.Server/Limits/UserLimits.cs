using Wsmq.Server.Budgets;
using Wsmq.Server.Usage;

namespace Wsmq.Server.Limits;

/// <summary>
/// What a user has left on this node, over all its connections. The rules come from the connection that asks, because a user may have
/// connections of different classes: what one of them used up, the others have not.
/// </summary>
internal sealed class UserLimits(string user)
{
    private RateBucket _sends;
    private RateBucket _sendBytes;
    private RateBucket _reads;
    private RateBucket _connects;
    private RateBucket _newAddresses;
    private UsageAccount? _usage;
    private UserReads? _logReads;

    public string User => user;

    /// <summary>What the store keeps because of the user; made when first needed, as most connections only read.</summary>
    public UsageAccount Usage => LazyInitializer.EnsureInitialized(ref _usage, () => new UsageAccount(user, this));

    /// <summary>What the user has in progress.</summary>
    public UserBudget InProgress { get; } = new();

    /// <summary>How many are open; guarded by the lock of <see cref="ConnectionLimits"/>.</summary>
    public int Connections { get; set; }

    /// <summary>What is read from logs for the user.</summary>
    public UserReads LogReads => LazyInitializer.EnsureInitialized(ref _logReads);

    /// <summary>There is nothing to remember of the user.</summary>
    public bool IsIdle(long now) => Connections == 0 && InProgress.Used == 0 && _sends.IsFull(now) && _sendBytes.IsFull(now)
        && _reads.IsFull(now) && _connects.IsFull(now) && _newAddresses.IsFull(now) && _usage is not { IsIdle: false }
        && _logReads?.IsIdle(now) is not false;

    /// <summary>Whether the user may bring an address into being at this moment.</summary>
    public bool MayCreate(LimitRules rules) => _newAddresses.HasRoom(rules.NewAddresses);

    public bool TrySend(LimitRules rules, out TimeSpan retryAfter) => _sends.TryTake(rules.UserSends, out retryAfter);

    public bool TrySendBytes(LimitRules rules, int bytes, out TimeSpan retryAfter) =>
        _sendBytes.TryTake(rules.UserSendBytes, out retryAfter, RateRule.UnitsOf(bytes));

    /// <summary>Other nodes took from the user's bytes as well.</summary>
    public void RaiseSendBytes(LimitRules rules, TimeSpan ahead) => _sendBytes.Raise(rules.UserSendBytes, ahead);

    public bool TryRead(LimitRules rules, out TimeSpan retryAfter) => _reads.TryTake(rules.UserReads, out retryAfter);

    public bool TryConnect(LimitRules rules, out TimeSpan retryAfter) => _connects.TryTake(rules.UserConnects, out retryAfter);

    /// <summary>
    /// An address came into being. What was in flight when the last place was taken comes on top, and is paid for by a longer wait.
    /// </summary>
    public void Created(LimitRules rules) => _newAddresses.Charge(rules.NewAddresses);

    public WsmqException RefuseCreation(LimitRules rules) =>
        rules.Refuse(WsmqErrors.TooManyNewAddresses, _newAddresses.Wait(rules.NewAddresses));
}

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

    public string User => user;

    /// <summary>How many are open; guarded by the lock of <see cref="ConnectionLimits"/>.</summary>
    public int Connections { get; set; }

    /// <summary>There is nothing to remember of the user.</summary>
    public bool IsIdle(long now) => Connections == 0 && _sends.IsFull(now) && _sendBytes.IsFull(now) && _reads.IsFull(now)
        && _connects.IsFull(now) && _newAddresses.IsFull(now);

    /// <summary>Whether the user may bring an address into being at this moment.</summary>
    public bool MayCreate(LimitRules rules) => _newAddresses.HasRoom(rules.NewAddresses);

    public bool TrySend(LimitRules rules, out TimeSpan retryAfter) => _sends.TryTake(rules.UserSends, out retryAfter);

    public bool TrySendBytes(LimitRules rules, int bytes, out TimeSpan retryAfter) =>
        _sendBytes.TryTake(rules.UserSendBytes, out retryAfter, RateRule.UnitsOf(bytes));

    public bool TryRead(LimitRules rules, out TimeSpan retryAfter) => _reads.TryTake(rules.UserReads, out retryAfter);

    public bool TryConnect(LimitRules rules, out TimeSpan retryAfter) => _connects.TryTake(rules.UserConnects, out retryAfter);

    /// <summary>
    /// An address came into being. What was in flight when the last place was taken comes on top, and is paid for by a longer wait.
    /// </summary>
    public void Created(LimitRules rules) => _newAddresses.Charge(rules.NewAddresses);

    public WsmqException RefuseCreation(LimitRules rules) =>
        rules.Refuse(WsmqErrors.TooManyNewAddresses, _newAddresses.Wait(rules.NewAddresses));
}

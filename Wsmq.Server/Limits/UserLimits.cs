namespace Wsmq.Server.Limits;

/// <summary>What a user has left on this node, over all its connections.</summary>
internal sealed class UserLimits(string user, LimitRules rules)
{
    private RateBucket _sends;
    private RateBucket _reads;
    private RateBucket _connects;
    private RateBucket _newAddresses;

    public string User => user;

    /// <summary>How many are open; guarded by the lock of <see cref="ConnectionLimits"/>.</summary>
    public int Connections { get; set; }

    /// <summary>Whether the user may bring an address into being at this moment.</summary>
    public bool MayCreate => _newAddresses.HasRoom(rules.NewAddresses);

    /// <summary>There is nothing to remember of the user.</summary>
    public bool IsIdle => Connections == 0 && _sends.IsFull(rules.UserSends) && _reads.IsFull(rules.UserReads)
        && _connects.IsFull(rules.UserConnects) && _newAddresses.IsFull(rules.NewAddresses);

    public bool TrySend(out TimeSpan retryAfter) => _sends.TryTake(rules.UserSends, out retryAfter);

    public bool TryRead(out TimeSpan retryAfter) => _reads.TryTake(rules.UserReads, out retryAfter);

    public bool TryConnect(out TimeSpan retryAfter) => _connects.TryTake(rules.UserConnects, out retryAfter);

    /// <summary>
    /// An address came into being. What was under way when the last place was taken comes on top, and is paid for by a longer wait.
    /// </summary>
    public void Created() => _newAddresses.Charge(rules.NewAddresses);

    public WsmqException RefuseCreation() => rules.Refuse(WsmqErrors.TooManyNewAddresses, _newAddresses.Wait(rules.NewAddresses));
}

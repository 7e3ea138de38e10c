namespace Wsmq.Server.Stores;

/// <summary>What the nodes declare about work queues, and the recurring jobs of the queues.</summary>
/// <remarks>
/// <para>
/// <b>Declarations.</b> Each node states its declaration of a queue, with a version, and repeats that while it lives. Those of the highest
/// version hold for all nodes. A declaration ends when its node withdraws it, or has not repeated it for the duration of a node's lease.
/// </para>
/// <para>
/// <b>Recurring jobs.</b> The store has one state for each name in a queue, which contains its next occurrence. An advance is atomic: it
/// moves the state to a later occurrence and stores the jobs of those that are due, or does nothing. It is refused if the state is not the
/// one that the caller has read, so that of several nodes one fires each occurrence, and neither a crash nor a repeated call doubles or
/// loses one.
/// </para>
/// <para>
/// <b>Time and failure.</b> As for <see cref="IJobStore"/>.
/// </para>
/// </remarks>
internal interface IDeclarationStore
{
    /// <summary>
    /// States or repeats the declaration of this node, and returns what holds. Restores a subscription to the signals of the queue that the
    /// store has lost.
    /// </summary>
    Task<HeldDeclarations> DeclareAsync(WsmqAddress queue, QueueDeclaration own, CancellationToken cancellationToken);

    /// <summary>This node no longer declares the queue.</summary>
    Task WithdrawAsync(WsmqAddress queue, CancellationToken cancellationToken);

    Task<AdvanceResult> AdvanceAsync(WsmqAddress queue, ScheduleAdvance advance, CancellationToken cancellationToken);
}

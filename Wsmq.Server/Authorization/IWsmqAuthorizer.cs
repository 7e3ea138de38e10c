using Wsmq.Server.Authorization;

namespace Wsmq;

/// <summary>
/// Decides what connected users may send and read, and which work queues they may work on and manage. The default allows a user to send
/// to all users and to the groups that it is a member of, and to read its own queue and those groups; work queues are closed to everybody.
/// An authorizer of your own replaces the default entirely; for the default rule of groups call <see cref="IWsmqGroups.IsInGroupAsync"/>.
/// It is not called for messages that the app itself sends.
/// </summary>
/// <remarks>
/// <para>
/// A message keeps its place in the node's queue until the answer is there. Later messages of the same user wait behind it, to any address
/// (on a Redis Cluster: to addresses of the same bucket); messages of other users do not, until
/// <see cref="WsmqPublishOptions.QueueCapacity"/> messages wait for answers. Without an answer within
/// <see cref="WsmqPublishOptions.SendTimeout"/> a message is refused with <c>server-busy</c>. Answer from memory where possible, and set a
/// short timeout on everything that you wait for.
/// </para>
/// <para>
/// An exception refuses a send or a read with a final error: the sender does not repeat the message. To have it repeated, throw a
/// <see cref="WsmqException"/> with an error that can be retried, such as <see cref="WsmqErrors.StoreUnavailable"/>.
/// </para>
/// <para>
/// Register it as a singleton, which many connections call concurrently, or as scoped, for example to use a DbContext: then each call has
/// its own scope and its own instance.
/// </para>
/// </remarks>
public interface IWsmqAuthorizer
{
    /// <summary>
    /// Returns whether the caller may send to an address. Called for each message of a client, and again for the reply-to address of the
    /// message.
    /// </summary>
    /// <param name="caller">The user, device and principal of the connection.</param>
    /// <param name="to">The address.</param>
    /// <param name="cancellationToken">Is cancelled when the connection ends.</param>
    ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken);

    /// <summary>
    /// Returns whether a connection may read a log. Called when the connection opens its user's own queue, and for each group of which the
    /// user is a member; not for each message. It can only deny: a user who is not a member of a group does not read it, whatever this
    /// returns. If it denies the own queue, the connection is refused. If it allows a log, that holds for as long as the connection reads
    /// the log. If it denies a group, it is called again when the user's memberships are read again: after each change, and at least once
    /// an hour.
    /// </summary>
    /// <param name="caller">The user, device and principal of the connection.</param>
    /// <param name="source">The address.</param>
    /// <param name="cancellationToken">Is cancelled when the connection ends.</param>
    ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken);

    /// <summary>
    /// Returns how much of the history of a log a caller may read, apart from the deliveries to its connections: called for each call of
    /// <see cref="IWsmqHub.History"/> and for each <c>GET /history</c>. The default follows <see cref="CanReadAsync"/>: where it allows
    /// reading, the own queue as a whole, and a group from the joining of the user on. It allows no other queue.
    /// </summary>
    /// <param name="caller">The user, device and principal of the connection.</param>
    /// <param name="source">The address.</param>
    /// <param name="cancellationToken">Is cancelled when the connection ends.</param>
    async ValueTask<WsmqHistoryAccess> HistoryAccessAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
        HistoryRule.Of(caller, source) is not WsmqHistoryAccess.None and var most && await CanReadAsync(caller, source, cancellationToken)
            ? most
            : WsmqHistoryAccess.None;

    /// <summary>
    /// Returns whether a connection may work on the jobs of a queue. Called when the connection first asks for jobs of the queue, or settles
    /// one; the answer holds for as long as the connection is open. The default is no.
    /// </summary>
    /// <param name="caller">The user, device and principal of the connection.</param>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="cancellationToken">Is cancelled when the connection ends.</param>
    ValueTask<bool> CanWorkAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(false);

    /// <summary>
    /// Returns whether the caller may inspect a queue and its jobs, contents, progress and outcomes included, and pause, purge or redrive it.
    /// Called for each such call. The default is no.
    /// </summary>
    /// <param name="caller">The user, device and principal of the connection.</param>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="cancellationToken">Is cancelled when the connection ends.</param>
    ValueTask<bool> CanManageQueueAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(false);

    /// <summary>
    /// Returns whether a connection may see the presence of a user, or of the members of a group; null for the default rule: the own user, and
    /// the groups that the connection reads. Called when the connection watches an address or asks for users, and while it watches before it
    /// is told of a change, at most once in <see cref="WsmqAccessOptions.CheckInterval"/>. The default is null.
    /// </summary>
    /// <param name="caller">The user, device and principal of the connection.</param>
    /// <param name="address">The address of the user or the group.</param>
    /// <param name="cancellationToken">Is cancelled when the connection ends.</param>
    ValueTask<bool?> CanSeePresenceAsync(WsmqCaller caller, WsmqAddress address, CancellationToken cancellationToken) => new((bool?)null);

    /// <summary>
    /// Returns whether the caller may act as an operator over the HTTP API: on logs and groups, and on the devices, dead letters and access of
    /// users. Called for each such request, and again while the tail of a log is open: before entries are written and with each
    /// <see cref="WsmqEndpointOptions.StreamKeepAlive"/> of silence, at most once in <see cref="WsmqAccessOptions.CheckInterval"/>. The
    /// default is no. Work queues have <see cref="CanManageQueueAsync"/>.
    /// </summary>
    /// <param name="caller">The user, device and principal of the request.</param>
    /// <param name="action">What the caller wants to do.</param>
    /// <param name="target">The address; null for what concerns all of them, and for the revocation of a single token.</param>
    /// <param name="cancellationToken">Is cancelled when the request ends.</param>
    ValueTask<bool> CanAdministerAsync(
        WsmqCaller caller, WsmqAction action, WsmqAddress? target, CancellationToken cancellationToken) => new(false);
}

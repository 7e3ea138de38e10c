namespace Wsmq;

/// <summary>
/// The methods that the hub calls on a client. A client that uses SignalR directly registers a handler for each by its name;
/// <c>WsmqClient</c> does it for its app. An app on the server calls <see cref="Live"/> only.
/// </summary>
public interface IWsmqReceiver
{
    /// <summary>
    /// Delivers the next durable message of a source. A new connection starts after the cursor of its device, so messages that were
    /// delivered but not acknowledged are delivered again.
    /// </summary>
    /// <param name="delivery">The message.</param>
    Task Receive(WsmqDelivery delivery);

    /// <summary>
    /// Delivers the next durable messages of a source, in order. Called instead of <see cref="Receive"/> where more than one message
    /// is ready, on connections whose URL has the query parameter <c>batch=true</c>.
    /// </summary>
    /// <param name="deliveries">The messages, all of one source; at least two.</param>
    Task ReceiveMany(IReadOnlyList<WsmqDelivery> deliveries);

    /// <summary>
    /// Announces that entries of a source will not be delivered: all positions p with <c>after &lt; p &lt; before</c>. Delivery
    /// continues after them.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="after">The last position before the gap.</param>
    /// <param name="before">The first position after the gap.</param>
    /// <param name="reason">One of <see cref="WsmqGapReasons"/>; treat an unknown reason as <c>lost</c>.</param>
    Task Gap(string source, string after, string before, string reason);

    /// <summary>
    /// Delivers state of a source: the newest message of each key that is not in the log any more, in the order of their positions, before the
    /// log goes on. Called for a new reader (a device or a member that has not acknowledged anything, <see cref="IWsmqHub.Resume"/> from the
    /// start) and before a <see cref="Gap"/> of removed entries, on connections whose URL has the query parameter <c>state=true</c>.
    /// Repeated until <paramref name="through"/> is set. A call without deliveries and with null in its place says that what was begun before is
    /// void, because of a <see cref="IWsmqHub.Resume"/>: state begins again.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="deliveries">The messages; may be empty. Their <c>previous</c> has no meaning.</param>
    /// <param name="through">
    /// In the last call the position after which the log goes on: acknowledge it once the state was handled. Null in the calls before.
    /// </param>
    Task State(string source, IReadOnlyList<WsmqDelivery> deliveries, string? through);

    /// <summary>
    /// Says that the entries of a source after one position, up to and including another, are not for this connection: a filter leaves them out,
    /// or another device has acknowledged a message that is for any device. They are no gap, and need no ack. Called only on connections whose
    /// URL has the query parameter <c>skips=true</c>, some time after they were skipped, if nothing followed: a client that compares
    /// <c>previous</c> with the last position that it has received goes on from there after a reconnect.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="after">The last position that was delivered or announced before.</param>
    /// <param name="through">The last position that was skipped.</param>
    Task Skipped(string source, string after, string through);

    /// <summary>
    /// Reports that another device has acknowledged a message which this connection got and has not acknowledged: it is for any device
    /// (<see cref="WsmqOutgoingMessage.AnyDevice"/>), and need not be handled here. Acknowledge it as others. Called only on connections whose
    /// URL has the query parameter <c>skips=true</c>.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="position">The position of the message.</param>
    Task Cleared(string source, string position);

    /// <summary>Delivers a live push of the app. It is not stored and not acknowledged.</summary>
    /// <param name="message">The message.</param>
    Task Live(WsmqLiveMessage message);

    /// <summary>
    /// Reports that the server waits for acks, because the in-flight window of this source, or of the connection, has been full for a
    /// while (30 seconds by default). Deliveries continue with the next ack.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="position">The last position that was delivered.</param>
    Task Stalled(string source, string position);

    /// <summary>
    /// Reports that a message was dead-lettered for this device, because attempts to handle it kept failing. It counts as
    /// acknowledged, and deliveries continue after it. The app on the server can read the dead letter and send it again.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="position">The position of the message.</param>
    /// <param name="attempts">The number of failed attempts.</param>
    Task DeadLettered(string source, string position, int attempts);

    /// <summary>
    /// Asks the client to connect again after a delay, because this node is stopping. The delay differs from client to client, so
    /// that they do not all reach the other nodes at once; until then the connection works as before. The server closes the connection
    /// of a client that stays; that client may reconnect.
    /// </summary>
    /// <param name="afterMilliseconds">The delay, in milliseconds from now.</param>
    Task Reconnect(int afterMilliseconds);

    /// <summary>
    /// Reports that the store has become unavailable or available. While it is unavailable, sends fail with <c>store-unavailable</c>
    /// and nothing is delivered. A new connection may assume that the store is available until this call reports otherwise.
    /// </summary>
    /// <param name="available">Whether the store answers.</param>
    Task StoreState(bool available);

    /// <summary>Gives a job of a work queue to this connection, under a lease; only after <see cref="IWsmqHub.Work"/>.</summary>
    /// <param name="job">The job.</param>
    Task Job(WsmqJobDelivery job);

    /// <summary>
    /// Gives several jobs of a work queue to this connection, each as <see cref="Job"/> does; only to a client that has <c>batch=true</c> in
    /// the query of the hub's URL.
    /// </summary>
    /// <param name="jobs">The jobs, in order.</param>
    Task JobMany(IReadOnlyList<WsmqJobDelivery> jobs);

    /// <summary>
    /// Asks to hand back the jobs of a queue that have not begun, because the queue is paused, or the server stops. Those that have begun go
    /// on.
    /// </summary>
    /// <param name="queue">The address of the queue.</param>
    Task HandBackJobs(string queue);

    /// <summary>
    /// Reports that a job which this connection holds was cancelled, or deleted with its queue: stop working on it. Its lease is lost, and
    /// it no longer counts against the credit.
    /// </summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="position">The position of the job's message.</param>
    /// <param name="token">The token of the lease.</param>
    Task JobCancelled(string queue, string position, string token);

    /// <summary>
    /// Reports changes of the presence of an address that the connection watches: see <see cref="IWsmqHub.WatchPresence"/>, whose result
    /// arrives first. A connection that does not read gets fewer calls with more in them.
    /// </summary>
    /// <param name="change">The change.</param>
    Task Presence(WsmqPresenceChange change);

    /// <summary>
    /// Gives a request to this connection; only after <see cref="IWsmqHub.Respond"/>. It is given to this connection only. Answer it with
    /// <see cref="IWsmqHub.Reply"/> or <see cref="IWsmqHub.RefuseRequest"/>.
    /// </summary>
    /// <param name="request">The request.</param>
    Task Request(WsmqIncomingRequest request);

    /// <summary>
    /// Reports that nobody waits for the reply to a request any more: its time is over, or the requester has cancelled it or is gone. Stop
    /// working on it, and answer it nevertheless, which frees its place.
    /// </summary>
    /// <param name="id">The id of the request.</param>
    Task RequestCancelled(string id);

    /// <summary>
    /// Reports what has become of tracked messages of this user; only to a client that has <c>status=true</c> in the query of the hub's URL, and
    /// for messages that were sent or asked for (<see cref="IWsmqHub.MessageStatus"/>) over this node last. Calls may be lost: ask for the status
    /// of what is awaited after a reconnect, and from time to time.
    /// </summary>
    /// <param name="changes">The new status of each message that has changed, with the readers for which it has.</param>
    Task StatusChanged(IReadOnlyList<WsmqMessageStatus> changes);
}

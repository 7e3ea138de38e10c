namespace Wsmq;

/// <summary>
/// The methods that a client calls on the wsmq hub. A client that uses SignalR directly calls them by name; <c>WsmqClient</c> does it
/// for its app. A refused call fails with a <c>HubException</c>, from whose message <see cref="WsmqError.Find"/> reads the error.
/// </summary>
public partial interface IWsmqHub
{
    /// <summary>Stores a message in the log of its address. Returns the receipt once the message is in the store.</summary>
    /// <param name="message">The message. The server sets the connection's user as its sender.</param>
    Task<WsmqReceipt> Send(WsmqOutgoingMessage message);

    /// <summary>Stores many messages in one call. Each succeeds or fails on its own. Returns once all have a result.</summary>
    /// <param name="messages">
    /// The messages, to any addresses; at most as many as may be in flight on one connection (128 by default). Those beyond fail with
    /// <c>too-many-sends</c>. An array of more than 1,024 is refused as a whole.
    /// </param>
    /// <returns>One result for each message, in the same order.</returns>
    Task<WsmqItemResult[]> SendMany(WsmqOutgoingMessage[] messages);

    /// <summary>
    /// Stores a stream of messages, each as <see cref="Send"/> does: the method for high rates. Results arrive as they are decided, several
    /// at a time. Results for one address keep the order of its messages; results for different addresses do not. The server does not hold
    /// the stream back: it refuses a message beyond the number that may be in flight on one connection at once, with
    /// <c>too-many-sends</c>.
    /// </summary>
    /// <param name="messages">The messages; each item of the stream carries as many as are ready.</param>
    /// <param name="cancellationToken">Ends the stream. Messages that the server has accepted are stored nevertheless.</param>
    /// <returns>A result for each message; completes when the upload has ended and all messages have a result.</returns>
    IAsyncEnumerable<WsmqItemResult[]> SendStream(IAsyncEnumerable<WsmqOutgoingMessage[]> messages, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="SendStream"/>, for a producer: a client that numbers its messages. A message has a <c>sequence</c> instead of an id,
    /// from 1 on, a higher one than that of every new message before it; one that is repeated has the same sequence again, over any
    /// connection to any node. The server recognizes the repeat by it, at much less cost than by an id, as long as the producer is known
    /// (<c>WsmqPublishOptions.ProducerExpiry</c>), and without remembering where the message was stored. A message with an id is handled as
    /// in <see cref="SendStream"/>, and messages to work queues must have one.
    /// </summary>
    /// <param name="producer">
    /// A name of the client's own, 1 to 64 bytes, the same as long as a message may be repeated; no other client of the user has it.
    /// </param>
    /// <param name="epoch">
    /// A higher number for each stream of the producer: once a message of one stream was processed, what is still on its way from an
    /// earlier one is refused with <c>out-of-sequence</c>.
    /// </param>
    /// <param name="messages">The messages.</param>
    /// <param name="cancellationToken">Ends the stream. Messages that the server has accepted are stored nevertheless.</param>
    /// <returns>A result for each message.</returns>
    IAsyncEnumerable<WsmqItemResult[]> Produce(
        string producer, long epoch, IAsyncEnumerable<WsmqOutgoingMessage[]> messages, CancellationToken cancellationToken);

    /// <summary>
    /// Cancels a message that this user has sent with a delay and that is not due yet. Limited together with <see cref="Resume"/>. Where receipts
    /// wait for replicas, so does the answer; <c>not-replicated</c> says that a failover may undo it.
    /// </summary>
    /// <param name="to">The address that it was sent to.</param>
    /// <param name="id">Its id.</param>
    /// <returns>Whether it waited: if not, it was due or cancelled before, or never sent.</returns>
    Task<bool> CancelDelayed(string to, string id);

    /// <summary>
    /// Acknowledges all entries of a source up to and including a position: moves the cursor of this connection's device there, never
    /// backwards. Completes once the store has the cursor.
    /// </summary>
    /// <param name="source">The delivery's <see cref="WsmqDelivery.Source"/>.</param>
    /// <param name="position">The delivery's <see cref="WsmqDelivery.Position"/>.</param>
    Task Ack(string source, string position);

    /// <summary>
    /// Restarts the deliveries of a source after a position that the client has stored itself. Entries that are no longer there are
    /// announced as a gap first. The device's cursor does not move.
    /// </summary>
    /// <param name="source">The source: the user's own queue, or a group of the user.</param>
    /// <param name="after">The last position that the client has; sixteen zeros for the oldest stored entry.</param>
    Task Resume(string source, string after);

    /// <summary>
    /// Returns a part of the messages that the log of an address still has, with their bodies: by range, by sender, type and time, the oldest
    /// or the newest first. It acknowledges nothing, and moves no cursor. A page looks at 1,000 entries at most, and its entries have at most
    /// about 256 KiB: it may be short, or empty, although more follows. Limited together with <see cref="Resume"/>, and in bytes together with
    /// other reads of the user.
    /// </summary>
    /// <param name="source">
    /// The address. By default a user reads its own queue, and of the groups that it is a member of what was stored since it joined; others are
    /// refused with <c>history-not-allowed</c>.
    /// </param>
    /// <param name="query">Which entries; null for the oldest 50.</param>
    Task<WsmqHistoryPage> History(string source, WsmqHistoryQuery? query);

    /// <summary>
    /// Reports a failed attempt to handle a message (a negative acknowledgement). The server counts attempts for this connection's
    /// device, and only at the first message of the source that is not acknowledged. When the attempts are used up, or at once where
    /// the reason is <see cref="WsmqNackReasons.NoHandler"/>, the message is dead-lettered for the device, and the server calls
    /// <see cref="IWsmqReceiver.DeadLettered"/>.
    /// </summary>
    /// <param name="source">The delivery's <see cref="WsmqDelivery.Source"/>.</param>
    /// <param name="position">The delivery's <see cref="WsmqDelivery.Position"/>.</param>
    /// <param name="reason">
    /// Why the attempt failed, for the operator who inspects the dead letter; cut off at 256 characters. It must not contain content
    /// of the message. May be null.
    /// </param>
    /// <returns>The number of failed attempts counted so far; 0 where this one was not counted.</returns>
    Task<int> Nack(string source, string position, string? reason);

    /// <summary>
    /// Asks for the jobs of a work queue: the server calls <see cref="IWsmqReceiver.Job"/> for each, and lets this connection hold at most as
    /// many as it has credit for. A further call changes the credit; 0 stops the jobs, and those that are held stay held. The connection's
    /// end does not end its leases.
    /// </summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="credit">How many jobs of the queue the connection accepts at a time, in all.</param>
    /// <returns>The credit that the connection has.</returns>
    Task<WsmqWorkGrant> Work(string queue, int credit);

    /// <summary>
    /// Completes a job. This and the other calls that end an attempt may be made over any connection of a user who may work on the queue, to
    /// any node, and fail with <c>lease-lost</c> where the lease is not current: nothing changes then.
    /// </summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="position">The position of the job's message.</param>
    /// <param name="token">The token of the lease.</param>
    Task Complete(string queue, string position, string token);

    /// <summary>
    /// Completes several jobs of a queue, each as <see cref="Complete"/> does: for workers that end many. Each job succeeds or fails
    /// independently.
    /// </summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="jobs">The jobs, at most 1,024.</param>
    /// <returns>
    /// For each job, in the same order, null where it is completed; otherwise the error, as a text that <see cref="WsmqError.Find"/> reads.
    /// </returns>
    Task<string?[]> CompleteMany(string queue, WsmqJobLease[] jobs);

    /// <summary>Ends a failed attempt: the job is given out again after a wait, or becomes a dead letter once its attempts are used up.</summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="position">The position of the job's message.</param>
    /// <param name="token">The token of the lease.</param>
    /// <param name="retry">How long the job waits, whether the attempt counts, and why it failed; may be null.</param>
    Task Retry(string queue, string position, string token, WsmqRetry? retry);

    /// <summary>Makes a job that no attempt can complete a dead letter.</summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="position">The position of the job's message.</param>
    /// <param name="token">The token of the lease.</param>
    /// <param name="reason">
    /// Why, for the operator; cut off at 256 characters. It must not contain content of the message. May be null.
    /// </param>
    Task Reject(string queue, string position, string token, string? reason);

    /// <summary>Hands back a job that has not begun: it is workable again at once, at its old place, and no attempt is counted.</summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="position">The position of the job's message.</param>
    /// <param name="token">The token of the lease.</param>
    Task HandBack(string queue, string position, string token);

    /// <summary>Extends a lease to its full duration from now.</summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="position">The position of the job's message.</param>
    /// <param name="token">The token of the lease.</param>
    Task Extend(string queue, string position, string token);

    /// <summary>
    /// Stores the progress of a job in place of the last one, and extends the lease like <see cref="Extend"/>. It is kept over retries, and
    /// with the outcome of the job.
    /// </summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="position">The position of the job's message.</param>
    /// <param name="token">The token of the lease.</param>
    /// <param name="progress">Any JSON value, of at most <see cref="WsmqJob.MaxProgressBytes"/> bytes.</param>
    Task ReportProgress(string queue, string position, string token, WsmqJsonBody progress);

    /// <summary>
    /// Makes a request, and completes with its reply. A request to a user or a group is given to one connection that answers such requests, and
    /// is not stored; one to a work queue is a job for as long as the request waits. Limited like <see cref="Send"/>.
    /// </summary>
    /// <param name="message">
    /// The request as a message; its id is optional, the requester's own, and serves <see cref="CancelRequest"/> only. It has no <c>replyTo</c>,
    /// <c>uniqueId</c>, <c>delay</c>, <c>notBefore</c>, <c>timeToLive</c>, <c>stateKey</c>, <c>track</c> or <c>expectedTail</c>, and <c>key</c> and
    /// <c>priority</c> only to a work queue.
    /// </param>
    /// <param name="timeout">
    /// How long to wait, in milliseconds, at least 1 and at most the server's <c>Requests.MaxTimeout</c> (5 minutes by default). After that the
    /// request is not handled any more, and the call fails with <c>request-timeout</c>.
    /// </param>
    /// <returns>
    /// The reply. In addition to the errors of <see cref="Send"/> the call fails with <c>no-responder</c>, <c>responder-busy</c>,
    /// <c>request-timeout</c> or <c>request-failed</c>.
    /// </returns>
    Task<WsmqReply> Request(WsmqOutgoingMessage message, int timeout);

    /// <summary>
    /// Cancels an open request of this connection: its call fails with <c>request-failed</c> (<c>cancelled</c>), and who works on it is told.
    /// </summary>
    /// <param name="id">The id that the request has.</param>
    /// <returns>Whether it was open.</returns>
    Task<bool> CancelRequest(string id);

    /// <summary>
    /// Offers to answer requests to an address: the server calls <see cref="IWsmqReceiver.Request"/> for each, and gives this connection at most as
    /// many at a time as it has credit for. A further call replaces the one before; a credit of 0 withdraws it, and requests that were given stay
    /// given. Jobs of requests to work queues come by <see cref="Work"/> instead.
    /// </summary>
    /// <param name="address">The own user, or a group that the connection reads; null for the own user.</param>
    /// <param name="types">The names of the types of requests that are answered, at most 64; null for all.</param>
    /// <param name="credit">How many requests the connection accepts at a time for this address.</param>
    /// <returns>The credit that the connection has, at most 1,024.</returns>
    Task<WsmqWorkGrant> Respond(string? address, string[]? types, int credit);

    /// <summary>Answers a request.</summary>
    /// <param name="id">The id of the request.</param>
    /// <param name="reply">The reply as a message: type, body or data, content type and headers; its other fields are not set.</param>
    /// <returns>Whether somebody waited for it. If not, it is dropped.</returns>
    Task<bool> Reply(string id, WsmqOutgoingMessage reply);

    /// <summary>Ends a request without a reply: the requester gets <c>request-failed</c> with this code and text.</summary>
    /// <param name="id">The id of the request.</param>
    /// <param name="code">1 to 64 lower-case letters, digits, hyphens and dots.</param>
    /// <param name="text">A text that the requester may read; cut off at 256 characters. May be null.</param>
    /// <returns>Whether somebody waited for it.</returns>
    Task<bool> RefuseRequest(string id, string code, string? text);

    /// <summary>
    /// Completes a job as <see cref="Complete"/> does, and then answers the request that it is for. Nothing is answered if the lease was lost.
    /// </summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="position">The position of the job's message.</param>
    /// <param name="token">The token of the lease.</param>
    /// <param name="request">The value of the header <see cref="WsmqRequestHeaders.Request"/> of the job.</param>
    /// <param name="reply">The reply, as in <see cref="Reply"/>.</param>
    /// <returns>Whether somebody waited for it.</returns>
    Task<bool> CompleteWith(string queue, string position, string token, string request, WsmqOutgoingMessage reply);

    /// <summary>
    /// Completes a job as <see cref="CompleteWith"/> does, but without a reply: the requester gets <c>request-failed</c> with this code and text.
    /// </summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="position">The position of the job's message.</param>
    /// <param name="token">The token of the lease.</param>
    /// <param name="request">The value of the header <see cref="WsmqRequestHeaders.Request"/> of the job.</param>
    /// <param name="code">As in <see cref="RefuseRequest"/>.</param>
    /// <param name="text">As in <see cref="RefuseRequest"/>.</param>
    /// <returns>Whether somebody waited for it.</returns>
    Task<bool> RefuseJob(string queue, string position, string token, string request, string code, string? text);
}

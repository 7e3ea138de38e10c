using Microsoft.Extensions.Logging;

namespace Wsmq.Server.Diagnostics;

/// <summary>
/// All log messages of the server library. No message contains a token, a body or a header. They stay in one class in one file: for
/// several, the source generator writes its code in an order that differs from build to build.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning,
        "Redis runs without an append-only file: a receipt then only means that the message is in Redis's memory, and a restart of Redis may lose it. Set 'appendonly yes' (see docs/guarantees.md).")]
    public static partial void RedisWithoutAppendOnlyFile(ILogger logger);

    [LoggerMessage(2, LogLevel.Warning, "The store does not answer.")]
    public static partial void StoreUnavailable(ILogger logger, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "A signal in Redis is corrupt or foreign, and the rest of its message is ignored: another program publishes under the key prefix. Give it a prefix of its own, and restrict the channels with an ACL.")]
    public static partial void UnreadableSignal(ILogger logger);

    [LoggerMessage(360, LogLevel.Warning, "Looking after the journals failed, and is repeated. Nothing is lost.")]
    public static partial void JournalFailed(ILogger logger, Exception exception);

    [LoggerMessage(361, LogLevel.Error, "What journals have of {Address} could not be moved to its log, because the state of the address is corrupt. Its readers are told what is missing.")]
    public static partial void JournalDamaged(ILogger logger, string address);

    [LoggerMessage(30, LogLevel.Error, "A signal handler for {Address} threw.")]
    public static partial void SignalHandlerFailed(ILogger logger, Exception exception, string address);

    [LoggerMessage(4, LogLevel.Warning, "The connection for signals was lost again before its subscriptions were restored.")]
    public static partial void SignalsNotRestored(ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "Storing {Count} messages failed; retrying in {Delay}.")]
    public static partial void AppendFailed(ILogger logger, Exception exception, int count, TimeSpan delay);

    [LoggerMessage(6, LogLevel.Warning, "Storing {Count} acknowledgements failed; retrying in {Delay}.")]
    public static partial void AckFailed(ILogger logger, Exception exception, int count, TimeSpan delay);

    [LoggerMessage(7, LogLevel.Warning, "Reading {Source} for a connection failed; retrying in {Delay}.")]
    public static partial void PumpFailed(ILogger logger, Exception exception, string source, TimeSpan delay);

    [LoggerMessage(8, LogLevel.Warning, "Connection {ConnectionId} has not acknowledged anything of {Source} for {Time}, and its in-flight window is full: nothing more is delivered until it does.")]
    public static partial void Stalled(ILogger logger, string connectionId, string source, TimeSpan time);

    [LoggerMessage(9, LogLevel.Information, "Gap in {Source} for connection {ConnectionId}: after {After}, before {Before} ({Reason}).")]
    public static partial void GapAnnounced(ILogger logger, string source, string connectionId, string after, string before, string reason);

    [LoggerMessage(10, LogLevel.Warning, "The tail check (comparing the node's log tails with the store) failed; retrying in {Delay}.")]
    public static partial void TailCheckFailed(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(11, LogLevel.Warning, "Reading the groups of connection {ConnectionId} failed; retrying in {Delay}.")]
    public static partial void RefreshFailed(ILogger logger, Exception exception, string connectionId, TimeSpan delay);

    [LoggerMessage(12, LogLevel.Error, "The app's authorizer threw; the request is refused.")]
    public static partial void AuthorizerFailed(ILogger logger, Exception exception);

    [LoggerMessage(13, LogLevel.Error, "A background loop ended unexpectedly: restart the node.")]
    public static partial void LoopFailed(ILogger logger, Exception exception);

    [LoggerMessage(17, LogLevel.Error, "A background task failed unexpectedly, and is repeated in {Delay}.")]
    public static partial void StepFailed(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(18, LogLevel.Error, "{Part} failed to stop; the other parts of the node are stopped nevertheless.")]
    public static partial void StopFailed(ILogger logger, Exception exception, string part);

    [LoggerMessage(19, LogLevel.Warning, "Messages with a delay that are due could not be looked for, which is repeated in {Delay}.")]
    public static partial void DueSendsFailed(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(20, LogLevel.Warning, "{Count} messages that are due were not stored, the first one of them for {Address}; they are tried again.")]
    public static partial void DueSendFailed(ILogger logger, Exception exception, int count, string address);

    [LoggerMessage(440, LogLevel.Warning, "Users whose messages no device has acknowledged could not be looked for, which is repeated in {Delay}.")]
    public static partial void UnacknowledgedLookFailed(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(441, LogLevel.Warning, "The hook for unacknowledged messages failed for {Count} messages to {Address}, attempt {Attempt}. It is called again in {Delay}.")]
    public static partial void UnacknowledgedFailed(ILogger logger, Exception exception, int count, string address, int attempt, TimeSpan delay);

    [LoggerMessage(442, LogLevel.Error, "The hook for unacknowledged messages is not called again for {Count} messages to {Address}: {Attempts} attempts have failed.")]
    public static partial void UnacknowledgedGivenUp(ILogger logger, Exception? exception, int count, string address, int attempts);

    [LoggerMessage(443, LogLevel.Error, "Whether messages to {Address} are unacknowledged cannot be told, because what is stored of it is corrupt. It is looked at again in {Delay}.")]
    public static partial void UnacknowledgedCorrupt(ILogger logger, Exception? exception, string address, TimeSpan delay);

    [LoggerMessage(444, LogLevel.Error, "The hook for unacknowledged messages goes on with {Count} messages to {Address} although it was cancelled. The attempt has failed; until the call ends it counts for Unacknowledged.MaxCalls.")]
    public static partial void UnacknowledgedAbandoned(ILogger logger, int count, string address);

    [LoggerMessage(14, LogLevel.Error, "The entry {Position} of {Source} is corrupt or foreign, and is announced as a gap instead of delivered: {Defect}")]
    public static partial void UnreadableEntry(ILogger logger, string source, string position, string defect);

    [LoggerMessage(15, LogLevel.Information, "Connection {ConnectionId} was refused: {Code}.")]
    public static partial void ConnectionRefused(ILogger logger, string connectionId, string code);

    [LoggerMessage(16, LogLevel.Debug, "A call or connection was refused: {Code}.")]
    public static partial void CallRefused(ILogger logger, string code);

    [LoggerMessage(40, LogLevel.Warning, "Reading revocations and bans from the store failed; retrying in {Delay}.")]
    public static partial void AccessCheckFailed(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(41, LogLevel.Information, "Connection {ConnectionId} was closed: {Code}.")]
    public static partial void ConnectionClosed(ILogger logger, string connectionId, string code);

    [LoggerMessage(42, LogLevel.Information, "A browser was refused: pages of {Origin} may not connect. If they belong to the app, add the origin to AllowedOrigins.")]
    public static partial void OriginRefused(ILogger logger, string origin);

    [LoggerMessage(43, LogLevel.Warning, "Closing connection {ConnectionId} failed; it was aborted.")]
    public static partial void CloseFailed(ILogger logger, Exception exception, string connectionId);

    [LoggerMessage(44, LogLevel.Error, "A revocation or ban in Redis is corrupt or foreign, and has no effect: another program writes under the key prefix.")]
    public static partial void UnreadableAccessRule(ILogger logger);

    [LoggerMessage(60, LogLevel.Information, "The node is stopping: its connections ({Count}) are asked to reconnect to another node, within {Timeout}.")]
    public static partial void DrainBegan(ILogger logger, int count, TimeSpan timeout);

    [LoggerMessage(61, LogLevel.Information, "The node is drained after {Time}. Connections closed by their clients: {Left}; closed by the node: {Closed}, {Cut} of them aborted because the client did not answer.")]
    public static partial void DrainEnded(ILogger logger, int left, int closed, int cut, TimeSpan time);

    [LoggerMessage(62, LogLevel.Error, "Draining the node failed; its connections are closed at once.")]
    public static partial void DrainFailed(ILogger logger, Exception exception);

    [LoggerMessage(63, LogLevel.Warning, "The store is unavailable. Connections notified: {Count}.")]
    public static partial void StoreAway(ILogger logger, int count);

    [LoggerMessage(64, LogLevel.Information, "The store is available again. Connections notified: {Count}.")]
    public static partial void StoreBack(ILogger logger, int count);

    [LoggerMessage(70, LogLevel.Warning,
        "The Redis primary {Server} has {Connected} replicas connected, and receipts wait for {Wanted}: sends fail with not-replicated until that many are connected.")]
    public static partial void TooFewReplicas(ILogger logger, string server, int connected, int wanted);

    [LoggerMessage(71, LogLevel.Warning, "Messages were not confirmed by {Replicas} replicas within {Time}: their senders get not-replicated.")]
    public static partial void ReplicasDoNotConfirm(ILogger logger, Exception? exception, int replicas, TimeSpan time);

    [LoggerMessage(72, LogLevel.Information, "The replicas confirm messages again.")]
    public static partial void ReplicasConfirmAgain(ILogger logger);

    [LoggerMessage(80, LogLevel.Error, "The stored data of {Address} is corrupt or foreign: nothing can be stored there until its keys are repaired.")]
    public static partial void AppendDamaged(ILogger logger, string address);

    [LoggerMessage(81, LogLevel.Error, "The stored membership of {User} in group {Group} is corrupt or foreign, and is ignored.")]
    public static partial void UnreadableMembership(ILogger logger, string user, string group);

    [LoggerMessage(82, LogLevel.Error, "{Source} cannot be read by connection {ConnectionId}, which receives everything else.")]
    public static partial void GroupNotRead(ILogger logger, Exception exception, string source, string connectionId);

    [LoggerMessage(83, LogLevel.Debug, "A connection sent data that is not a frame of the hub protocol, and was closed.")]
    public static partial void FrameRefused(ILogger logger);

    [LoggerMessage(201, LogLevel.Warning, "{Setting} in the Redis configuration string has no effect: set {Instead}.")]
    public static partial void RedisSettingWithoutEffect(ILogger logger, string setting, string instead);

    [LoggerMessage(202, LogLevel.Warning,
        "Redis at {Server} does not answer INFO ({Answer}): wsmq cannot read its version and its number of replicas. Make sure that it is Redis 7.0 or later.")]
    public static partial void RedisInfoRefused(ILogger logger, string server, string answer);

    [LoggerMessage(203, LogLevel.Warning,
        "Redis at {Server} does not report its maxmemory-policy, in INFO or by CONFIG GET: make sure that it is noeviction (a provider has it among its settings), or Redis drops messages silently when its memory is full.")]
    public static partial void RedisEvictionUnknown(ILogger logger, string server);

    [LoggerMessage(200, LogLevel.Warning,
        "Redis has not confirmed the subscriptions of the live plane: connections are accepted without them, and miss live pushes until it does. Messages are not affected.")]
    public static partial void LivePlaneLate(ILogger logger, Exception exception);

    [LoggerMessage(250, LogLevel.Warning,
        "Limits.ClassProvider returned the class {Class}, which is not in Limits.Classes: the general limits apply to the connection.")]
    public static partial void UnknownLimitClass(ILogger logger, string @class);

    [LoggerMessage(251, LogLevel.Debug, "The storage charged to a user could not be recorded; it is retried.")]
    public static partial void UsageNotReported(ILogger logger, Exception exception);

    [LoggerMessage(252, LogLevel.Error, "The storage charged to {User} could not be counted; the next check retries. Another program may have written to the user's account.")]
    public static partial void UsageNotRead(ILogger logger, Exception exception, string user);

    [LoggerMessage(50, LogLevel.Warning, "The message {Position} of {Source} was dead-lettered for device {Device} of {User} after {Attempts} failed attempts.")]
    public static partial void DeadLettered(ILogger logger, string source, string position, string user, string device, int attempts);

    [LoggerMessage(261, LogLevel.Warning, "{Count} of the oldest dead letters of {Source} for {User} were removed for newer ones: DeadLetters.MaxCount, or the user's limit in bytes for dead letters, is reached. Read, replay or remove dead letters sooner.")]
    public static partial void DeadLettersEvicted(ILogger logger, int count, string source, string user);

    [LoggerMessage(51, LogLevel.Debug, "A connection ended without an ack of {Source}, and this failed attempt could not be counted.")]
    public static partial void SilentAttemptNotCounted(ILogger logger, Exception exception, string source);

    [LoggerMessage(210, LogLevel.Information, "A {Method} request to the hub was refused before it became a connection: {Code}.")]
    public static partial void RequestRefused(ILogger logger, string method, string code);

    [LoggerMessage(211, LogLevel.Warning,
        "A {Method} request to the hub was refused, because the app has not enabled its transport ({Transport}): the client must use WebSockets, a proxy in front must pass the Upgrade header, or MapWsmq must allow the transport.")]
    public static partial void TransportRefused(ILogger logger, string method, string transport);

    [LoggerMessage(212, LogLevel.Warning,
        "A request to the hub got 401 although its query holds a token, as browsers send it: set WsmqOptions.Endpoint.AcceptTokenInQuery, or have the app's scheme read access_token there. If it already does, the token was refused: see the log of the scheme.")]
    public static partial void TokenInQueryNotRead(ILogger logger);

    [LoggerMessage(213, LogLevel.Warning,
        "A request to the hub got 401: it came without credentials. The client needs a token (accessTokenFactory, WsmqClientOptions.AccessTokenProvider) or the credentials that the app's scheme requires.")]
    public static partial void NoCredentials(ILogger logger);

    [LoggerMessage(214, LogLevel.Warning,
        "A request to the hub got 401: its credentials were refused. The log of the app's scheme reports the cause (category Microsoft.AspNetCore.Authentication, level Information): issuer, audience, signature or expiry.")]
    public static partial void CredentialsRefused(ILogger logger);

    [LoggerMessage(215, LogLevel.Warning,
        "A request to the hub got 403: the user is authenticated, but a policy that the app requires on the hub's endpoint refuses it.")]
    public static partial void PolicyRefused(ILogger logger);

    [LoggerMessage(216, LogLevel.Warning,
        "A WebSocket or negotiation for {Path} got 404: nothing is mapped there. The hub is mapped at {HubPaths}; behind a proxy or with a path base, the URL needs their prefix as well.")]
    public static partial void WrongPath(ILogger logger, string path, string hubPaths);

    [LoggerMessage(275, LogLevel.Warning,
        "A WebSocket or negotiation for {Path} got {Status}: it was redirected, and no hub answers there. If to a sign-in page, the app challenges with cookies or OpenID Connect: name the scheme that reads the clients' tokens in a policy, and call MapWsmq().RequireAuthorization(policy). If to https (UseHttpsRedirection), give clients that URL. The hub is mapped at {HubPaths}.")]
    public static partial void Redirected(ILogger logger, string path, int status, string hubPaths);

    [LoggerMessage(276, LogLevel.Warning,
        "A WebSocket or negotiation for {Path} was answered with {Status} by {Answerer}, and did not reach the hub. The hub is mapped at {HubPaths}: give clients that path, with the prefix of a path base or a proxy; a fallback route answers all paths at which nothing is mapped. If the path is right, a component in front of the hub answers.")]
    public static partial void AnsweredElsewhere(ILogger logger, string path, int status, string answerer, string hubPaths);

    [LoggerMessage(217, LogLevel.Warning,
        "The server refused a request with {Status} before reading it: its URL or headers are too long. If it was for the hub, the token is too long: shorten it, or raise MaxRequestLineSize (414) or MaxRequestHeadersTotalSize (431) in KestrelServerOptions.Limits, and the limits of proxies.")]
    public static partial void RequestTooLong(ILogger logger, int status);

    [LoggerMessage(218, LogLevel.Warning,
        "A connection was refused with no-user-identifier: its user is authenticated but has no name identifier claim. With JWT bearer and MapInboundClaims = false, 'sub' does not count as one: register an IUserIdProvider that reads it, or leave the mapping on.")]
    public static partial void NoUserIdentifier(ILogger logger);

    [LoggerMessage(219, LogLevel.Warning,
        "A request to the hub got 401 before authentication ran: the app calls UseAuthentication without UseAuthorization, or after it. Call both in this order, or neither.")]
    public static partial void NotAuthenticated(ILogger logger);

    [LoggerMessage(90, LogLevel.Warning,
        "InvariantGlobalization is on: .NET cannot check Unicode normalization, so names that look the same count as different ones. Turn it off (DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false, with ICU installed).")]
    public static partial void NamesNotNormalized(ILogger logger);

    [LoggerMessage(101, LogLevel.Information, "SQLite store opened at {Path}, durability {Durability}")]
    public static partial void SqliteOpened(ILogger logger, string path, WsmqSqliteDurability durability);

    [LoggerMessage(102, LogLevel.Warning, "Commits to SQLite failed: {Failures} since this was last logged.")]
    public static partial void SqliteCommitFailed(ILogger logger, int failures, Exception exception);

    [LoggerMessage(103, LogLevel.Error, "A rollback in SQLite failed.")]
    public static partial void SqliteRollbackFailed(ILogger logger, Exception exception);

    [LoggerMessage(104, LogLevel.Warning, "SQLite could not move the write-ahead file into the database while closing; the next start does it.")]
    public static partial void SqliteCheckpointFailed(ILogger logger, Exception exception);

    [LoggerMessage(105, LogLevel.Warning, "A sweep of the SQLite store failed; the next sweep retries")]
    public static partial void SqliteSweepFailed(ILogger logger, Exception exception);

    [LoggerMessage(106, LogLevel.Error, "A signal handler for {Address} threw")]
    public static partial void SqliteHandlerFailed(ILogger logger, WsmqAddress address, Exception exception);

    [LoggerMessage(EventId = 240, Message =
        "Event {EventId} happened {Count} more times within {Interval}, which were not logged; the last one was: {Text}")]
    public static partial void LinesLeftOut(ILogger logger, LogLevel level, int eventId, int count, TimeSpan interval, string text);

    [LoggerMessage(260, LogLevel.Warning, "Joining or leaving a live group failed for connection {ConnectionId}; retrying in {Delay}.")]
    public static partial void LiveGroupFailed(ILogger logger, Exception exception, string connectionId, TimeSpan delay);

    [LoggerMessage(230, LogLevel.Warning, "The connection to Redis for {Purpose} does not answer; opening a new one.")]
    public static partial void LineLost(ILogger logger, string purpose);

    [LoggerMessage(231, LogLevel.Information, "The connection to Redis for {Purpose} answers again after {Time}; replaced: {Replaced}.")]
    public static partial void LineFound(ILogger logger, string purpose, TimeSpan time, bool replaced);

    [LoggerMessage(232, LogLevel.Warning, "The sentinels name {Primary} as the primary: all connections to Redis are moved there.")]
    public static partial void PrimaryMoved(ILogger logger, string primary);

    [LoggerMessage(233, LogLevel.Error,
        "Several Redis servers are primaries, and the connected one lacks messages that were stored: nothing is stored until only one is left. Stop the old primary, or make it a replica.")]
    public static partial void SeveralPrimaries(ILogger logger);

    [LoggerMessage(234, LogLevel.Warning, "No new connection to Redis for {Purpose} can be opened; retrying until one can.")]
    public static partial void LineNotReplaced(ILogger logger, Exception exception, string purpose);

    [LoggerMessage(235, LogLevel.Error, "Querying the sentinels for the primary failed; retrying in {Delay}.")]
    public static partial void SentinelsNotFollowed(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(236, LogLevel.Warning, "Redis at {Servers} cannot serve for the moment ({Answer}); the start waits for it, for at most {Time}.")]
    public static partial void RedisNotYet(ILogger logger, string servers, string answer, TimeSpan time);

    [LoggerMessage(280, LogLevel.Warning, "The jobs of {Queue} could not be taken from the store; retrying in {Delay}.")]
    public static partial void QueueFailed(ILogger logger, Exception exception, string queue, TimeSpan delay);

    [LoggerMessage(281, LogLevel.Warning, "The lease of job {Job} of {Queue} has run out; {Consumer} held it. The job is tried again or becomes a dead letter.")]
    public static partial void JobLeaseLost(ILogger logger, string job, string queue, string consumer);

    [LoggerMessage(282, LogLevel.Warning, "Job {Job} of {Queue} is a dead letter: {Reason}. {Consumer} held it last.")]
    public static partial void JobDeadLettered(ILogger logger, string job, string queue, Wsmq.Server.Stores.DeadReason reason, string consumer);

    [LoggerMessage(283, LogLevel.Warning, "Job {Job} of {Queue} could not be handed back; it is given out again when its lease has run out.")]
    public static partial void HandBackFailed(ILogger logger, Exception exception, string job, string queue);

    [LoggerMessage(284, LogLevel.Warning, "Attempt {Attempt} at job {Job} of {Queue} failed.")]
    public static partial void JobFailed(ILogger logger, Exception exception, string job, string queue, int attempt);

    [LoggerMessage(285, LogLevel.Warning, "Job {Job} of {Queue} cannot be read as the type of its handler.")]
    public static partial void JobUnreadable(ILogger logger, Exception exception, string job, string queue);

    [LoggerMessage(286, LogLevel.Warning,
        "No handler here takes jobs of type '{Type}' of {Queue}: they are handed back, for a worker that knows the type. Each type is logged once.")]
    public static partial void JobTypeUnknown(ILogger logger, string type, string queue);

    [LoggerMessage(287, LogLevel.Warning, "The result of job {Job} of {Queue} could not be stored; retrying in {Delay}.")]
    public static partial void JobNotSettled(ILogger logger, Exception exception, string job, string queue, TimeSpan delay);

    [LoggerMessage(288, LogLevel.Warning,
        "The lease of job {Job} of {Queue} was lost while it was worked on here; another worker may have it. Usual causes: the store was unavailable, or the thread pool is exhausted.")]
    public static partial void JobLostHere(ILogger logger, string job, string queue);

    [LoggerMessage(289, LogLevel.Warning, "{Count} handlers of {Queue} did not return when their tokens were cancelled; their jobs are handed back, and may run twice at a time.")]
    public static partial void HandlersLeft(ILogger logger, int count, string queue);

    [LoggerMessage(290, LogLevel.Debug, "The lease of job {Job} of {Queue} could not be extended; trying again.")]
    public static partial void JobNotExtended(ILogger logger, Exception exception, string job, string queue);

    [LoggerMessage(291, LogLevel.Warning,
        "Leases of {Queue} were extended {By} late. The threads of the process are probably all blocked: handlers must not wait synchronously on the thread pool.")]
    public static partial void ExtensionsLate(ILogger logger, TimeSpan by, string queue);

    [LoggerMessage(292, LogLevel.Warning, "Job {Job} of {Queue} is corrupt or foreign: {Defect}. It counts as a failed attempt.")]
    public static partial void JobCorrupt(ILogger logger, string job, string queue, string? defect);

    [LoggerMessage(293, LogLevel.Information, "Job {Job} of {Queue} was cancelled while it was worked on here; its handler was told to stop.")]
    public static partial void JobCancelledHere(ILogger logger, string job, string queue);

    [LoggerMessage(296, LogLevel.Information, "{Queue} was {Change} on request.")]
    public static partial void QueuePaused(ILogger logger, string queue, string change);

    [LoggerMessage(297, LogLevel.Information, "{Count} jobs of {Queue} were {Change} on request.")]
    public static partial void JobsChanged(ILogger logger, long count, string queue, string change);

    [LoggerMessage(310, LogLevel.Warning, "The declaration of {Queue} could not be stored or read, or its recurring jobs could not be stored; retrying in {Delay}.")]
    public static partial void DeclarationFailed(ILogger logger, Exception exception, string queue, TimeSpan delay);

    [LoggerMessage(311, LogLevel.Error, "The recurring job {Name} of {Queue} could not be stored; it is tried again with the next round, and others are not affected.")]
    public static partial void RecurringJobFailed(ILogger logger, Exception exception, string name, string queue);

    [LoggerMessage(312, LogLevel.Error, "The message of the recurring job {Name} of {Queue} cannot be serialized: this node does not run it.")]
    public static partial void RecurringJobUnusable(ILogger logger, Exception exception, string name, string queue);

    [LoggerMessage(313, LogLevel.Warning, "The recurring job {Name} of {Queue} has missed occurrences from {First} on; {Count} of them are stored as jobs now (WsmqRecurringOptions.Missed).")]
    public static partial void RecurringJobMissed(ILogger logger, string name, string queue, DateTimeOffset first, int count);

    [LoggerMessage(314, LogLevel.Warning, "{Count} occurrences of the recurring job {Name} of {Queue} were skipped: an earlier job of it has not ended.")]
    public static partial void RecurringJobSkipped(ILogger logger, int count, string name, string queue);

    [LoggerMessage(315, LogLevel.Warning, "The recurring job {Name} of {Queue} could not be stored, because the queue is full; it is tried again with the next round.")]
    public static partial void RecurringQueueFull(ILogger logger, string name, string queue);

    [LoggerMessage(316, LogLevel.Warning, "The store's clock has stepped back by more than an hour: the occurrences of the recurring job {Name} of {Queue} are determined anew, and some may run again.")]
    public static partial void RecurringJobPlannedAnew(ILogger logger, string name, string queue);

    [LoggerMessage(317, LogLevel.Information, "The declarations of {Queue} with version {Version} hold now; this node declares version {Own}.")]
    public static partial void DeclarationHolds(ILogger logger, string queue, int version, int own);

    [LoggerMessage(318, LogLevel.Error, "A declaration of {Queue} is corrupt or foreign: the options that held before stay, and this node runs no recurring jobs of the queue.")]
    public static partial void DeclarationUnreadable(ILogger logger, Exception exception, string queue);

    [LoggerMessage(320, LogLevel.Warning, "The runs over dead letters could not be read; retrying in {Delay}.")]
    public static partial void RunsUnreadable(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(321, LogLevel.Warning, "The run {Id} over dead letters was interrupted; this node or another one continues it, within about {Delay}.")]
    public static partial void RunInterrupted(ILogger logger, Exception exception, string id, TimeSpan delay);

    [LoggerMessage(322, LogLevel.Information, "This node continues the run {Id} over dead letters, whose node has ended or did not answer.")]
    public static partial void RunContinued(ILogger logger, string id);

    [LoggerMessage(323, LogLevel.Warning, "The run {Id} over dead letters is unreadable here, and is left alone: a node of a newer version has stored it, or another program.")]
    public static partial void RunUnreadable(ILogger logger, string id);

    [LoggerMessage(324, LogLevel.Error, "The run {Id} over dead letters has failed: it cannot search further. What it has not handled is still a dead letter.")]
    public static partial void RunFailed(ILogger logger, Exception exception, string id);

    [LoggerMessage(325, LogLevel.Warning, "The run {Id} could not handle the dead letter {Letter}, which stays, and goes on with the others.")]
    public static partial void RunLetterFailed(ILogger logger, Exception exception, string id, string letter);

    [LoggerMessage(340, LogLevel.Warning, "The question of another node could not be answered; that node counts this one as missing.")]
    public static partial void AnswerFailed(ILogger logger, Exception exception);

    [LoggerMessage(341, LogLevel.Warning,
        "The answer of node {Node} is unreadable, and the node counts as missing: another program writes under the key prefix, or a node of another version runs.")]
    public static partial void AnswerUnreadable(ILogger logger, Exception? exception, string node);

    [LoggerMessage(360, LogLevel.Warning, "Presence could not be brought up to date: what is known of the other nodes stays; trying again in {Delay}.")]
    public static partial void PresenceNotAsked(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(361, LogLevel.Warning, "Changes of presence could not be sent to node {Node}, which asks for all of it again.")]
    public static partial void PresenceNotSent(ILogger logger, Exception exception, string node);

    [LoggerMessage(362, LogLevel.Warning, "Connection {Connection} could not be told of a change of presence; it learns it with the next one.")]
    public static partial void PresenceNotWritten(ILogger logger, Exception exception, string connection);

    [LoggerMessage(363, LogLevel.Warning, "When users were last seen could not be stored.")]
    public static partial void LastSeenNotStored(ILogger logger, Exception exception);

    [LoggerMessage(330, LogLevel.Information, "{User} {Action} {Target} ({Request}): {Outcome}")]
    public static partial void Audited(ILogger logger, string user, string action, string target, string request, string outcome);

    [LoggerMessage(390, LogLevel.Warning, "Another node could not be told about a request ({Kind}); it finds out when the time of the request is over.")]
    public static partial void RequestNotTold(ILogger logger, Exception exception, string kind);

    [LoggerMessage(391, LogLevel.Warning, "What is answered on this node could not be stored; until it is, other nodes may not send their requests here. Retrying in {Delay}.")]
    public static partial void RespondersNotStored(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(392, LogLevel.Error, "The handler of the requests of type {Type} to {Address} failed; the requester gets a code without the reason.")]
    public static partial void RequestHandlerFailed(ILogger logger, Exception exception, string type, string address);

    [LoggerMessage(393, LogLevel.Error, "The reply of a handler of this app is refused; the requester gets the code invalid-reply.")]
    public static partial void ReplyRefused(ILogger logger, Exception exception);

    [LoggerMessage(394, LogLevel.Error, "Handlers of requests to {Address} ({Count}) ignore that the node stops, which no longer waits for them.")]
    public static partial void RequestHandlersLeft(ILogger logger, int count, WsmqAddress address);

    [LoggerMessage(395, LogLevel.Error, "A callback that the app has registered with the token of a handler of requests to {Address} failed.")]
    public static partial void RequestCallbackFailed(ILogger logger, Exception exception, WsmqAddress address);

    [LoggerMessage(400, LogLevel.Warning, "The store does not have {Count} deliveries of tracked messages yet; they are stored with the next ones.")]
    public static partial void DeliveriesNotMarked(ILogger logger, Exception exception, int count);

    [LoggerMessage(401, LogLevel.Warning, "Node {Node} could not tell senders what has become of tracked messages; their clients ask for it.")]
    public static partial void StatusNotSent(ILogger logger, Exception exception, string node);

    [LoggerMessage(220, LogLevel.Warning, "A message has the field {Field}, which is unknown and is ignored. Fields are case-sensitive: to, id, type, body, data, contentType, headers, correlationId, replyTo, key, uniqueId, priority, delay, notBefore, timeToLive")]
    public static partial void UnknownField(ILogger logger, string field);
}

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Api.Shapes;
using static Wsmq.Server.Api.EndpointText;
using static Wsmq.WsmqAction;

namespace Wsmq.Server.Api;

/// <summary>An endpoint of the API.</summary>
/// <param name="Method">Its HTTP method.</param>
/// <param name="Path">Its path below that of the API.</param>
/// <param name="Call">What it does.</param>
/// <param name="Text">What OpenAPI documents say of it.</param>
internal readonly record struct ApiEndpoint(string Method, string Path, Func<ApiCall, Task> Call, EndpointText Text)
{
    /// <summary>The first part of its path, by which documents group endpoints.</summary>
    public string Tag => Path.Split('/')[1];
}

/// <summary>The endpoints of the API: the one list of them.</summary>
internal static class ApiEndpoints
{
    private const string Get = "GET";
    private const string Post = "POST";
    private const string Put = "PUT";
    private const string Delete = "DELETE";

    private static readonly ProducesResponseTypeAttribute[] Sent =
    [
        .. Json<WsmqApiReceipt>(StatusCodes.Status201Created), .. Json<WsmqApiResult[]>(),
        .. Json<WsmqApiResult[]>(StatusCodes.Status207MultiStatus),
    ];

    private static readonly ProducesResponseTypeAttribute[] DeadLetter = Json<WsmqApiDeadLetter>();

    private static readonly ProducesResponseTypeAttribute[] Read = Json<WsmqApiPage>(StatusCodes.Status200OK, EventWriter.ContentType);

    public static ApiEndpoint[] Of(IServiceProvider services)
    {
        var (messages, logs) = (services.GetRequiredService<MessageEndpoint>(), services.GetRequiredService<LogEndpoint>());
        var tracking = services.GetRequiredService<TrackingEndpoints>();
        var requests = services.GetRequiredService<RequestEndpoint>();
        var (state, history) = (services.GetRequiredService<StateEndpoint>(), services.GetRequiredService<HistoryEndpoint>());
        var queues = services.GetRequiredService<QueueEndpoints>();
        var (groups, users) = (services.GetRequiredService<GroupEndpoints>(), services.GetRequiredService<UserEndpoints>());
        var nodes = services.GetRequiredService<NodeEndpoints>();
        var keys = services.GetRequiredService<KeyEndpoints>();
        return
        [
            new(Post, "/messages", messages.SendAsync,
                new("Sends one message, or an array of messages with a result each.", Signatures.Send, Sent, ApiErrors.Sending)),
            new(Delete, "/messages", messages.CancelAsync,
                new("Cancels a message of the caller that waits for its time; whether there was one.", Signatures.Delayed, Json<bool>(), ApiErrors.Cancelling)),
            new(Get, "/messages/status", tracking.StatusAsync,
                new(
                    "Tells what has become of a tracked message of the caller; null if no status of it is stored.", Signatures.Status,
                    Json<WsmqApiMessageStatus>(), ApiErrors.Tracking)),
            new(Get, "/messages/tracked", tracking.ListAsync,
                new(
                    "Lists tracked messages of the caller to an address, at most 100.", Signatures.Tracked, Json<WsmqApiMessageStatus[]>(),
                    ApiErrors.Tracking)),
            new(Get, "/messages/readers", tracking.ReadersAsync,
                new(
                    "Lists readers of a tracked message of the caller, at most 500.", Signatures.Readers, Json<WsmqApiReaderStatus[]>(),
                    ApiErrors.Tracking)),
            new(Post, "/requests", requests.AskAsync,
                new("Makes a request, and answers with its reply.", Signatures.Request, Json<WsmqApiReply>(), ApiErrors.Requesting)),
            new(Get, "/logs", logs.ReadAsync,
                new("Reads a page of a log, or streams logs as server-sent events.", Signatures.Logs, Read, ApiErrors.Reading)),
            new(Get, "/logs/{**address}", logs.ReadAsync,
                new("Reads a page of a log, or streams it as server-sent events.", Signatures.Log, Read, ApiErrors.Reading)),
            new(Get, "/state", state.ReadAsync,
                new(
                    "Reads the state of an address, and after which position its log goes on.", Signatures.State, Json<WsmqApiState>(),
                    ApiErrors.ReadingState)),
            new(Get, "/history", history.ReadAsync,
                new(
                    "Reads a part of the messages of a log: by range, sender, type and time, in both directions.", Signatures.History,
                    Json<WsmqApiHistory>(), ApiErrors.ReadingHistory)),
            new(Get, "/presence", services.GetRequiredService<PresenceEndpoint>().ReadUsersAsync,
                new("Tells who of several users is online.", Signatures.Presence, Json<WsmqApiUserPresence[]>(), ApiErrors.ReadingPresence)),
            new(Get, "/queues", queues.ListAsync,
                Queue("Lists the queues that the caller manages.", Signatures.None, Json<WsmqApiQueue[]>())),
            new(Get, "/queues/{address}", queues.InfoAsync, Queue("Describes a queue in numbers.", Signatures.Queue, Json<WsmqApiQueue>())),
            new(Delete, "/queues/{address}", queues.DeleteAsync,
                Queue("Deletes the jobs and dead letters of a queue, in steps.", Signatures.QueueStep, Json<WsmqApiStep>())),
            new(Get, "/queues/{address}/jobs", queues.PeekAsync, Queue("Lists jobs of a queue.", Signatures.Jobs, Json<WsmqApiJob[]>())),
            new(Get, "/queues/{address}/jobs/{position}", queues.FindAsync,
                Queue("Finds a job; null if it is not stored.", Signatures.Job, Json<WsmqApiJob>())),
            new(Delete, "/queues/{address}/jobs/{position}", queues.CancelAsync,
                Queue("Cancels a job; whether there was one.", Signatures.Job, Json<bool>())),
            new(Get, "/queues/{address}/jobs/{position}/status", queues.StatusAsync,
                Queue("Tells the state of a job, or how it has ended.", Signatures.Job, Json<WsmqApiJobStatus>())),
            new(Delete, "/queues/{address}/unique/{uniqueId}", queues.CancelUniqueAsync,
                Queue("Cancels the job with a unique id; whether there was one.", Signatures.UniqueJob, Json<bool>())),
            new(Post, "/queues/{address}/pause", queues.PauseAsync,
                Queue("Pauses a queue: no job of it is given out.", Signatures.Queue, Done)),
            new(Post, "/queues/{address}/resume", queues.ResumeAsync, Queue("Resumes a queue.", Signatures.Queue, Done)),
            new(Post, "/queues/{address}/purge", queues.PurgeAsync,
                Queue("Removes the jobs in a state, in steps.", Signatures.Purge, Json<WsmqApiStep>())),
            new(Post, "/queues/{address}/redrive", queues.RedriveAsync,
                Queue("Makes jobs of dead letters again, in steps.", Signatures.DeadLetters, Json<WsmqApiStep>(), ApiErrors.WithBody)),
            new(Post, "/queues/{address}/remove-dead-letters", queues.RemoveDeadLettersAsync,
                Queue("Removes dead letters of a queue, in steps.", Signatures.DeadLetters, Json<WsmqApiStep>(), ApiErrors.WithBody)),
            .. OperatorEndpoints.OfLogs(services),
            .. OperatorEndpoints.OfDeadLetters(services),
            new(Get, "/groups/{group}/members", groups.ListMembersAsync,
                Operator(View, "Lists the members of a group.", Signatures.Group, Json<string[]>())),
            new(Put, "/groups/{group}/members/{user}", groups.AddMemberAsync,
                Operator(
                    ChangeMembers, "Adds a user to a group.", Signatures.NewMember, Done, WsmqErrors.TooManyGroups, WsmqErrors.PositionBeyondTail)),
            new(Delete, "/groups/{group}/members/{user}", groups.RemoveMemberAsync,
                Operator(ChangeMembers, "Removes a user from a group.", Signatures.Member, Done)),
            new(Get, "/nodes", nodes.ListAsync,
                Operator(View, "Describes all nodes, and names those that do not answer.", Signatures.None, Json<WsmqApiNodes>())),
            new(Get, "/users/{user}/connections", nodes.ListConnectionsAsync,
                Operator(View, "Lists the open connections of a user on all nodes.", Signatures.User, Json<WsmqApiConnections>())),
            new(Get, "/users/{user}/groups", users.ListGroupsAsync,
                Operator(View, "Lists the groups of a user.", Signatures.User, Json<string[]>())),
            new(Get, "/users/{user}/devices", users.ListDevicesAsync,
                Operator(View, "Lists the devices of a user.", Signatures.User, Json<WsmqApiDevice[]>())),
            new(Delete, "/users/{user}/devices/{device}", users.RemoveDeviceAsync,
                Operator(Remove, "Removes a device; whether there was one.", Signatures.Device, Json<bool>())),
            new(Get, "/users/{user}/dead-letters", users.ListDeadLettersAsync,
                Operator(View, "Lists dead letters, without their messages.", Signatures.UserDeadLetters, Json<WsmqApiDeadLetter[]>())),
            new(Get, "/users/{user}/dead-letters/{id}", users.ReadDeadLetterAsync,
                Operator(ReadBody, "Reads a dead letter and its message; null if there is none.", Signatures.DeadLetter, DeadLetter)),
            new(Post, "/users/{user}/dead-letters/{id}/replay", users.ReplayDeadLetterAsync,
                Operator(Replay, "Sends a dead letter again; null if there is none.", Signatures.DeadLetter, Json<WsmqApiReceipt>())),
            new(Delete, "/users/{user}/dead-letters/{id}", users.RemoveDeadLetterAsync,
                Operator(Remove, "Removes a dead letter; whether there was one.", Signatures.DeadLetter, Json<bool>())),
            new(Post, "/users/{user}/disconnect", users.DisconnectAsync,
                Operator(Disconnect, "Closes the connections of a user.", Signatures.User, Done)),
            new(Get, "/users/{user}/ban", users.IsBannedAsync,
                Operator(View, "Tells whether a user is banned.", Signatures.User, Json<bool>())),
            new(Put, "/users/{user}/ban", users.BanAsync,
                Operator(Ban, "Bans a user, until a time or indefinitely.", Signatures.Ban, Done)),
            new(Delete, "/users/{user}/ban", users.UnbanAsync, Operator(Ban, "Lifts the ban of a user.", Signatures.User, Done)),
            new(Post, "/users/{user}/revoke-tokens", users.RevokeTokensAsync,
                Operator(Revoke, "Revokes the tokens of a user that were issued before a time.", Signatures.RevokeTokens, Done)),
            new(Delete, "/tokens/{token}", users.RevokeTokenAsync, Operator(Revoke, "Revokes a single token.", Signatures.Token, Done)),
            new(Get, "/keys", keys.ListAsync, Operator(ManageKeys, "Lists the API keys.", Signatures.None, Json<WsmqApiKeyInfo[]>())),
            new(Post, "/keys", keys.CreateAsync,
                Operator(ManageKeys, "Creates an API key. The answer has the key, which cannot be read again.", Signatures.NewKey,
                    Json<WsmqApiNewKey>(StatusCodes.Status201Created), [WsmqErrors.StoreFull, .. ApiErrors.WithBody])),
            new(Delete, "/keys/{id}", keys.RevokeAsync,
                Operator(ManageKeys, "Revokes an API key; whether there was one.", Signatures.Key, Json<bool>())),
        ];
    }

    private static EndpointText Queue(
        string summary, Delegate signature, ProducesResponseTypeAttribute[] results, params WsmqError[] others) =>
        new(summary, signature, results, [.. ApiErrors.Managing, .. others]);

    /// <summary>What documents say of an endpoint for operators.</summary>
    public static EndpointText Operator(
        WsmqAction action, string summary, Delegate signature, ProducesResponseTypeAttribute[] results, params WsmqError[] others) =>
        new(summary, signature, results, [.. ApiErrors.Operating, .. others], action);
}

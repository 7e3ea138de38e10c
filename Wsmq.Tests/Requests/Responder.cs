using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Requests;

/// <summary>A plain client that answers requests as a test tells it, and records what it gets.</summary>
internal sealed class Responder : IAsyncDisposable
{
    private readonly PlainClient _client;
    private readonly ConcurrentQueue<WsmqIncomingRequest> _requests = [];
    private readonly ConcurrentQueue<string> _cancelled = [];
    private readonly ConcurrentQueue<WsmqJobDelivery> _jobs = [];
    private readonly ConcurrentQueue<string> _cancelledJobs = [];

    private Responder(PlainClient client) => _client = client;

    public HubConnection Connection => _client.Connection;

    public PlainClient Client => _client;

    public IReadOnlyList<WsmqIncomingRequest> Requests => [.. _requests];

    public IReadOnlyList<string> Cancelled => [.. _cancelled];

    public IReadOnlyList<WsmqJobDelivery> Jobs => [.. _jobs];

    public IReadOnlyList<string> CancelledJobs => [.. _cancelledJobs];

    public static async Task<Responder> ConnectAsync(TestNode node, string user)
    {
        var responder = new Responder(PlainClient.Create(node.Hub, TestTokens.For(user)));
        responder.Connection.On<WsmqIncomingRequest>("Request", responder._requests.Enqueue);
        responder.Connection.On<string>("RequestCancelled", responder._cancelled.Enqueue);
        responder.Connection.On<WsmqJobDelivery>("Job", responder._jobs.Enqueue);
        responder.Connection.On<string, string, string>("JobCancelled", (_, position, _) => responder._cancelledJobs.Enqueue(position));
        await responder.Connection.StartAsync();
        return responder;
    }

    public async Task<int> RespondAsync(string address, string[]? types = null, int credit = 8) =>
        (await Connection.InvokeAsync<WsmqWorkGrant>("Respond", address, types, credit)).Credit;

    public Task<WsmqWorkGrant> WorkAsync(string queue, int credit = 8) => Connection.InvokeAsync<WsmqWorkGrant>("Work", queue, credit);

    /// <summary>The next request, once it is there.</summary>
    public async Task<WsmqIncomingRequest> GetsAsync(int count = 1)
    {
        await Eventually.That($"{count} requests arrive", () => _requests.Count >= count);
        return Requests[count - 1];
    }

    public async Task<WsmqJobDelivery> GetsJobAsync(int count = 1)
    {
        await Eventually.That($"{count} jobs arrive", () => _jobs.Count >= count);
        return Jobs[count - 1];
    }

    public Task IsToldAsync(string id) => Eventually.That("it is told that nobody waits", () => _cancelled.Contains(id));

    public Task<bool> ReplyAsync(string id, object body) => Connection.InvokeAsync<bool>("Reply", id, new { type = "answer", body });

    public Task<bool> RefuseAsync(string id, string code, string? text = null) => Connection.InvokeAsync<bool>("RefuseRequest", id, code, text);

    public Task<bool> CompleteWithAsync(WsmqJobDelivery job, object body) => Connection.InvokeAsync<bool>(
        "CompleteWith", job.Message.Source, job.Message.Position, job.Token, job.Message.Headers![WsmqRequestHeaders.Request], new { body });

    public Task CallAsync(string method, WsmqJobDelivery job, params object?[] more) =>
        Connection.InvokeCoreAsync(method, [job.Message.Source, job.Message.Position, job.Token, .. more]);

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}

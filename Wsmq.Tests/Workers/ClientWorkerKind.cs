namespace Wsmq.Tests.Workers;

/// <summary>A worker that uses the typed client.</summary>
internal sealed class ClientWorkerKind : WorkerKind
{
    public override string Name => $"{WorkersOnly.Worker}/default";

    public override async Task<WorkerNode> StartAsync(WorkerSetup setup)
    {
        var node = await setup.StartNodeAsync();
        node.Worker = await ConnectAsync(setup, node.Node.Hub);
        return node;
    }

    /// <summary>A worker whose node is not its own.</summary>
    /// <param name="setup">The worker.</param>
    /// <param name="hub">The URL of the node, or of a proxy in front of it.</param>
    public static async Task<WsmqClient> ConnectAsync(WorkerSetup setup, Uri hub)
    {
        var client = New(hub, WorkersOnly.Worker);
        client.Work<Resize>(WorkerSetup.QueueName, setup.Script.ResizeAsync, setup.OfWorker);
        if (setup.KnowsCrops)
            client.Work<Crop>(WorkerSetup.QueueName, (job, _) => setup.Script.CropAsync(job));
        await client.StartAsync();
        return client;
    }

    /// <summary>A client that does not work on the queue.</summary>
    public static async Task<WsmqClient> SenderAsync(TestNode node)
    {
        var client = New(node.Hub, "carol");
        await client.StartAsync();
        return client;
    }

    /// <summary>A client with short backoffs, not started yet.</summary>
    public static WsmqClient New(Uri hub, string user) => new(hub, options =>
    {
        options.AccessTokenProvider = _ => Task.FromResult<string?>(TestTokens.For(user));
        foreach (var backoff in new[] { options.ReconnectBackoff, options.SendBackoff })
            (backoff.Min, backoff.Max) = (TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(50));
    });
}

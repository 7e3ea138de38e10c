using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>A hub beside that of wsmq whose calls do nothing: what a call costs on this machine.</summary>
internal sealed class FloorHub : Hub
{
    public const string Path = "/floor";

    public Task Ack(string source, string position)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(position);
        return Context.ConnectionAborted.IsCancellationRequested ? Task.FromCanceled(Context.ConnectionAborted) : Task.CompletedTask;
    }
}

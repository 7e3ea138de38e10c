namespace Wsmq.Tests.Workers;

/// <summary>The user <see cref="Worker"/> may work on queues, and everybody but <see cref="Stranger"/> may send to them.</summary>
internal sealed class WorkersOnly : IWsmqAuthorizer
{
    public const string Worker = "worker";
    public const string Stranger = "mallory";

    public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(caller.UserId != Stranger);

    public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

    public ValueTask<bool> CanWorkAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(caller.UserId == Worker);
}

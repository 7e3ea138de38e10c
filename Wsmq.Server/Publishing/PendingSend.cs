using Wsmq.Server.Logs;

namespace Wsmq.Server.Publishing;

/// <summary>
/// A message on its way into the log. <paramref name="admission"/> runs while the message waits in its place: deciding first and
/// queueing afterwards would reorder a sender's messages.
/// </summary>
internal sealed class PendingSend(AppendRequest request, ValueTask<WsmqException?> admission, long deadline)
{
    private readonly TaskCompletionSource<Receipt> _receipt = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AppendRequest Request { get; } = request;

    /// <summary>Null, or why the sender may not send this.</summary>
    public ValueTask<WsmqException?> Admission { get; } = admission;

    /// <summary>A time stamp of the time provider.</summary>
    public long Deadline { get; } = deadline;

    public Task<Receipt> Receipt => _receipt.Task;

    public void Stored(AppendResult result) =>
        _receipt.TrySetResult(new Receipt(Request.Id, result.Position.ToString(), result.Duplicate));

    public void Failed(WsmqException error) => _receipt.TrySetException(error);
}

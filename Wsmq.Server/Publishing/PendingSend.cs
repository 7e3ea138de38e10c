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

    /// <summary>Whether somebody waits for the admission already.</summary>
    public bool IsWatched { get; set; }

    /// <summary>How long until the sender is to hear that it failed.</summary>
    public TimeSpan TimeLeft(TimeProvider time) =>
        IsLate(time) ? TimeSpan.Zero : time.GetElapsedTime(time.GetTimestamp(), deadline);

    public bool IsLate(TimeProvider time) => deadline <= time.GetTimestamp();

    public int Bytes => Request.Metadata.Length + Request.Body.Length;

    public Task<Receipt> Receipt => _receipt.Task;

    public void Stored(AppendResult result) =>
        _receipt.TrySetResult(new Receipt(Request.Id, result.Position.ToString(), result.Duplicate));

    public void Failed(WsmqException error) => _receipt.TrySetException(error);
}

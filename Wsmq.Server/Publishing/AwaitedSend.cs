
using Wsmq.Server.Limits;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>A send whose caller awaits the receipt.</summary>
internal sealed class AwaitedSend(AppendRequest request, ValueTask<WsmqException?> admission = default, SessionLimits? sender = null)
    : QueuedSend(request, admission, sender)
{
    private readonly TaskCompletionSource<WsmqReceipt> _receipt = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<WsmqReceipt> Receipt => _receipt.Task;

    protected override void OnStored(AppendResult result) =>
        _receipt.SetResult(new WsmqReceipt(Request.Id, result.PositionText ?? string.Empty, result.Duplicate && !result.IsOwnRepeat)
        {
            UniqueIdTaken = result.IsUniqueTaken, DueAt = result.DueAt,
        });

    protected override void OnFailed(WsmqException error) => _receipt.SetException(error);
}


using Wsmq.Server.Limits;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>A send that is one of many: its result is added to their common results.</summary>
internal sealed class NumberedSend(
    long number, PublishResults results, AppendRequest request, ValueTask<WsmqException?> admission = default, SessionLimits? sender = null)
    : QueuedSend(request, admission, sender)
{
    public override void Flush() => results.Flush();

    protected override void OnStored(AppendResult result) => results.Add(new WsmqItemResult
    {
        Number = number, Id = Request.Id, Position = result.PositionText, Duplicate = result.Duplicate && !result.IsOwnRepeat, UniqueIdTaken = result.IsUniqueTaken,
        DueAt = result.DueAt,
    });

    protected override void OnFailed(WsmqException error) => results.Refuse(number, Request.Id, error);
}

using System.Text.Json;
using Wsmq.Server.Api.Shapes;

namespace Wsmq.Server.Api;

/// <summary>The dead letters of all users, and runs over them, in the shapes of their responses.</summary>
internal static class DeadLetterResponse
{
    /// <param name="call">The request.</param>
    /// <param name="page">The dead letters.</param>
    /// <param name="readable">The users whose bodies the caller may read.</param>
    public static Task WriteAsync(ApiCall call, WsmqPage<WsmqFoundDeadLetter> page, HashSet<string> readable) =>
        JsonResponse.WriteAsync(call, new WsmqApiDeadLetterPage
        {
            DeadLetters = [.. page.Items.Select(found => Of(found, readable.Contains(found.User)))],
            Next = page.Next,
            Scanned = page.Scanned,
        });

    public static Task WriteAsync(ApiCall call, WsmqDeadLetterCount count) =>
        JsonResponse.WriteAsync(call, new WsmqApiDeadLetterCount { Count = count.Count, Until = count.Until.ToUnixTimeMilliseconds() });

    public static Task WriteAsync(ApiCall call, IReadOnlyList<WsmqDeadLetterRun> runs) =>
        JsonResponse.WriteAsync(call, new WsmqApiRuns { Runs = [.. runs.Select(Of)] });

    public static Task WriteAsync(ApiCall call, WsmqDeadLetterRun? run) => JsonResponse.WriteAsync(call, run is null ? null : Of(run));

    private static WsmqApiFoundDeadLetter Of(WsmqFoundDeadLetter found, bool withPreview) => new()
    {
        User = found.User,
        Id = found.DeadLetter.Id,
        Source = found.DeadLetter.Source.ToString(),
        Position = found.DeadLetter.Position.ToString(),
        Device = found.DeadLetter.Device,
        Attempts = found.DeadLetter.Attempts,
        DeadLetteredAt = found.DeadLetter.DeadLetteredAt.ToUnixTimeMilliseconds(),
        Reason = found.DeadLetter.Reason,
        Type = found.Type,
        Size = found.Size,
        Preview = withPreview ? found.Preview : null,
    };

    private static WsmqApiRun Of(WsmqDeadLetterRun run) => new()
    {
        Id = run.Id,
        Action = NameOf(run.Action),
        Filter = Of(run.Query),
        Until = run.Until.ToUnixTimeMilliseconds(),
        PerSecond = run.PerSecond,
        State = NameOf(run.State),
        Total = run.Total,
        Counted = run.IsCounted,
        Done = run.Done,
        Failed = run.Failed,
        Gone = run.Gone,
        StartedAt = run.StartedAt.ToUnixTimeMilliseconds(),
        EndedAt = AddressResponse.TimeOf(run.EndedAt),
        StartedBy = run.StartedBy,
        Error = run.Error,
    };

    private static WsmqApiDeadLetterFilter Of(WsmqDeadLetterQuery query) => new()
    {
        User = query.User,
        Source = query.Source?.ToString(),
        Type = query.Type,
        Reason = query.Reason,
        From = AddressResponse.TimeOf(query.From),
        To = AddressResponse.TimeOf(query.To),
    };

    private static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

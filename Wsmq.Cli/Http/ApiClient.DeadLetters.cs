using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Cli.Http;

/// <summary>Which dead letters of users are meant: all conditions together.</summary>
internal sealed record ApiDeadLetterFilter(string? User, string? Source, string? Type, string? Reason, long? From, long? To)
{
    /// <summary>Whether only the user is given: then the list of that user is enough.</summary>
    [JsonIgnore]
    public bool IsUserOnly => this is { User: not null, Source: null, Type: null, Reason: null, From: null, To: null };
}

/// <summary>Dead letters of users.</summary>
internal sealed partial class ApiClient
{
    private const string DeadLetters = "dead-letters";
    private const string Runs = "runs";
    private const int MostDeadLetters = 1_000;

    private static readonly JsonSerializerOptions BodyOptions = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The dead letters of one user, oldest first.</summary>
    public async IAsyncEnumerable<ApiAnswer<ApiDeadLetter>> ListDeadLettersAsync(
        string user, int? max, [EnumeratorCancellation] CancellationToken stop)
    {
        string? after = null;
        for (int page, left = max ?? int.MaxValue; left > 0; left -= page)
        {
            var count = Math.Min(left, MostDeadLetters);
            var letters = await ListAsync<ApiDeadLetter>(ApiRequest.Get(Users, user, DeadLetters).With("after", after).With("max", count),
                stop);
            page = letters.Count;
            foreach (var letter in letters)
                yield return letter;
            if (page < count)
                break;
            after = letters[^1].Value!.Id;
        }
    }

    /// <summary>Dead letters of all users.</summary>
    public IAsyncEnumerable<ApiAnswer<ApiDeadLetter>> SearchDeadLettersAsync(ApiDeadLetterFilter filter, int? max,
        CancellationToken stop) =>
        ScanAsync<ApiDeadLetter>(
            (next, count) => ApiRequest.Get(DeadLetters)
                .With("user", filter.User).With("source", filter.Source).With("type", filter.Type).With("reason", filter.Reason)
                .With("from", filter.From).With("to", filter.To).With("next", next).With("max", count),
            "deadLetters", max, stop);

    public Task<ApiAnswer<ApiDeadLetter>> ReadDeadLetterAsync(string user, string id, CancellationToken stop) =>
        AskAsync<ApiDeadLetter>(ApiRequest.Get(Users, user, DeadLetters, id), stop);

    public Task<ApiAnswer<WsmqReceipt>> ReplayDeadLetterAsync(string user, string id, CancellationToken stop) =>
        AskAsync<WsmqReceipt>(ApiRequest.Post(Users, user, DeadLetters, id, "replay"), stop);

    public async Task<bool> RemoveDeadLetterAsync(string user, string id, CancellationToken stop) =>
        (await AskAsync<bool>(ApiRequest.Delete(Users, user, DeadLetters, id), stop)).Value;

    public Task<ApiAnswer<ApiDeadLetterCount>> CountDeadLettersAsync(ApiDeadLetterFilter filter, CancellationToken stop) =>
        AskAsync<ApiDeadLetterCount>(ApiRequest.Post(DeadLetters, "count") with { Body = Json(filter) }, stop);

    /// <summary>Starts a run, or returns the one that has this id.</summary>
    public Task<ApiAnswer<ApiDeadLetterRun>> StartRunAsync(
        string id, string action, ApiDeadLetterFilter filter, long until, int? perSecond, CancellationToken stop)
    {
        var body = new { Id = id, Action = action, Filter = filter, Until = until, PerSecond = perSecond };
        return AskAsync<ApiDeadLetterRun>(ApiRequest.Post(DeadLetters, Runs) with { Body = Json(body) }, stop);
    }

    /// <summary>The array, or the object that contains it.</summary>
    public async Task<IReadOnlyList<ApiAnswer<ApiDeadLetterRun>>> ListRunsAsync(CancellationToken stop)
    {
        var json = await connection.AskAsync(ApiRequest.Get(DeadLetters, Runs), stop);
        return ApiAnswer.Items<ApiDeadLetterRun>(json, json.TrimStart().StartsWith('[') ? null : Runs);
    }

    public Task<ApiAnswer<ApiDeadLetterRun>> RunAsync(string id, CancellationToken stop) =>
        AskAsync<ApiDeadLetterRun>(ApiRequest.Get(DeadLetters, Runs, id), stop);

    public Task<ApiAnswer<ApiDeadLetterRun>> StopRunAsync(string id, CancellationToken stop) =>
        AskAsync<ApiDeadLetterRun>(ApiRequest.Delete(DeadLetters, Runs, id), stop);

    private static string Json(object body) => JsonSerializer.Serialize(body, body.GetType(), BodyOptions);
}

using Wsmq.Faults.History;

namespace Wsmq.Faults.Clients;

/// <summary>The body of a request, and of its reply: which one it is.</summary>
[WsmqMessageType("ask")]
internal sealed record AskBody(string Request);

/// <summary>The requests of a wsmq client, and its answers: it answers those to its user, its groups and a queue with what they say.</summary>
internal sealed class Requester
{
    public const string QueueName = "asks";
    public const string Queue = $"work:{QueueName}";

    private const int LongestAnswer = 200;

    /// <summary>How long a request waits.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly WsmqClient _client;
    private readonly Action<HistoryEvent> _record;

    public Requester(WsmqClient client, IReadOnlyList<string> groups, Action<HistoryEvent> record)
    {
        (_client, _record) = (client, record);
        client.OnRequest<AskBody, AskBody>(AnswerAsync);
        client.OnRequest<AskBody, AskBody>(AnswerAsync, WsmqAddress.Work(QueueName));
        foreach (var group in groups)
            client.OnRequest<AskBody, AskBody>(AnswerAsync, WsmqAddress.Group(group));
    }

    /// <summary>Makes a request, and returns once its outcome is recorded.</summary>
    public async Task RequestAsync(string to, string id)
    {
        _record(new HistoryEvent { Kind = EventKind.Request, Id = id, Address = to, Life = Timeout.TotalSeconds });
        try
        {
            var reply = await _client.RequestAsync<AskBody>(WsmqAddress.Parse(to), new AskBody(id), Timeout);
            _record(new HistoryEvent { Kind = EventKind.Replied, Id = id, Why = reply?.Request });
        }
        catch (WsmqException e)
        {
            _record(new HistoryEvent { Kind = EventKind.Unanswered, Id = id, Why = (e.InnerException as WsmqRequestException)?.Code ?? e.Error.Code });
        }
    }

    private async Task<AskBody> AnswerAsync(WsmqRequest<AskBody> request, CancellationToken cancellationToken)
    {
        _record(new HistoryEvent { Kind = EventKind.Asked, Id = request.Body.Request });
        await Task.Delay(Random.Shared.Next(LongestAnswer), cancellationToken);
        return request.Body;
    }
}

using System.Net.Http.Json;
using System.Text.Json;
using Wsmq.Faults.History;

namespace Wsmq.Faults.Clients;

/// <summary>
/// Sends messages with a place in a sequence, each attempt over the connection of a wsmq client or over HTTP to the next node, so that repeats reach
/// other nodes. Records what was tried and told.
/// </summary>
internal sealed class PlaceSender(OurClient client, Func<Uri> node, HistoryFile history) : IDisposable
{
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(15);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly HttpClient _http = new() { Timeout = Attempt };
    private int _attempts;

    /// <summary>The sender in the history: its messages have an order of their own.</summary>
    public string Name { get; } = $"{client.User}/sequences";

    public void Record(HistoryEvent happened) => history.Add(happened with { Device = Name });

    /// <summary>One attempt. Messages of attempts over the client are in the order of the calls.</summary>
    public async Task<PlaceAnswer> TryAsync(WsmqOutgoingMessage message, bool overHttp)
    {
        var place = message.Sequence!;
        var tried = new HistoryEvent
        {
            Kind = EventKind.PlaceTried, Run = $"{message.Id}/{Interlocked.Increment(ref _attempts)}", Id = message.Id, Address = message.To,
            Producer = place.Producer, Epoch = place.Epoch, Number = place.Number,
        };
        Record(tried);
        var answer = await (overHttp ? OverHttpAsync(message) : OverClientAsync(message));
        Record(tried with { Kind = EventKind.PlaceTold, Why = answer.What, Position = answer.Position, Known = answer.Known });
        return answer;
    }

    public void Dispose() => _http.Dispose();

    private async Task<PlaceAnswer> OverClientAsync(WsmqOutgoingMessage message)
    {
        try
        {
            return PlaceAnswer.Of(await client.SendAsync(message));
        }
        catch (WsmqException e)
        {
            return PlaceAnswer.Of(e.Error.Code, e.Error.CanRetry, e.Message);
        }
    }

    private async Task<PlaceAnswer> OverHttpAsync(WsmqOutgoingMessage message)
    {
        try
        {
            using var answer = await _http.PostAsJsonAsync(new Uri(node(), $"{Nodes.NodeCommand.ApiPath}/messages?user={client.User}"), message);
            if (answer.IsSuccessStatusCode)
                return PlaceAnswer.Of((await answer.Content.ReadFromJsonAsync<Receipt>(Json))!.ToReceipt());
            var problem = await answer.Content.ReadFromJsonAsync<Problem>(Json);
            return PlaceAnswer.Of(problem!.Code, problem.Retry, problem.Detail ?? string.Empty);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException or IOException)
        {
            // The node is down or hangs.
            return new PlaceAnswer(PlaceAnswer.Open);
        }
    }

    private sealed record Receipt(string Id, string? Position, bool Duplicate)
    {
        public WsmqReceipt ToReceipt() => new(Id, Position ?? string.Empty, Duplicate);
    }

    private sealed record Problem(string? Code, bool Retry, string? Detail);
}

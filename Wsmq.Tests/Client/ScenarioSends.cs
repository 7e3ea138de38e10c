using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>The steps of a scenario that concern sends.</summary>
internal sealed class ScenarioSends
{
    private readonly Script _script;
    private readonly WsmqClient _client;
    private readonly ConcurrentDictionary<string, string> _results = new();
    private readonly ConcurrentDictionary<string, string> _refusals = new();
    private string? _lost;

    public ScenarioSends(Script script, WsmqClient client)
    {
        (_script, _client) = (script, client);
        script.OnSend = AnswerAsync;
    }

    /// <summary>Returns null for a step that does not concern sends.</summary>
    public Task? TryStep(string what, JsonElement value)
    {
        switch (what)
        {
            case "send":
                foreach (var text in value.EnumerateArray())
                    _ = SendAsync(text.GetString()!);
                return Task.CompletedTask;
            case "refuse":
                foreach (var one in value.EnumerateObject())
                    _refusals[one.Name] = one.Value.GetString()!;
                return Task.CompletedTask;
            case "loseAnswer":
                Volatile.Write(ref _lost, value.GetString());
                return Task.CompletedTask;
            case "sent" or "stored" or "sameIds":
                return Eventually.That($"{what} {value}", () => Holds(what, value));
            default:
                return null;
        }
    }

    private bool Holds(string what, JsonElement value) => what switch
    {
        "sent" => value.EnumerateObject().All(one => _results.GetValueOrDefault(one.Name) == one.Value.GetString()),
        "stored" => _script.Stored.Select(TextOf).SequenceEqual(value.EnumerateArray().Select(one => one.GetString()!)),
        _ => _script.Sends.Select(s => s.Id).Distinct().Count() == _script.Sends.Select(TextOf).Distinct().Count(),
    };

    private static string TextOf(WsmqOutgoingMessage message) => message.Body!.Value.ToString().Trim('"');

    private async Task SendAsync(string text)
    {
        try
        {
            var body = WsmqJsonBody.Parse($"\"{text}\"");
            await _client.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Type = nameof(Line), Body = body });
            _results[text] = "stored";
        }
        catch (WsmqException e)
        {
            _results[text] = e.Error.Code;
        }
    }

    private Task<WsmqReceipt> AnswerAsync(WsmqOutgoingMessage message, HubCallerContext context)
    {
        // After the connection is lost nothing of it is stored any more.
        context.ConnectionAborted.ThrowIfCancellationRequested();
        if (_refusals.TryRemove(TextOf(message), out var error))
            throw new HubException(error);
        var receipt = _script.Store(message);
        if (TextOf(message) != Volatile.Read(ref _lost))
            return Task.FromResult(receipt);
        Volatile.Write(ref _lost, null);
        context.Abort();
        throw new OperationCanceledException();
    }
}

using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>A stream of sends that is answered as the script says.</summary>
internal sealed class ScriptedStream(Script script, HubCallerContext context)
{
    private readonly Channel<PublishResult[]> _results = Channel.CreateUnbounded<PublishResult[]>();

    public IAsyncEnumerable<PublishResult[]> RunAsync(IAsyncEnumerable<OutgoingMessage[]> messages, CancellationToken ct)
    {
        script.BeginStream();
        _ = TakeAsync(messages, ct);
        return _results.Reader.ReadAllAsync(ct);
    }

    private async Task TakeAsync(IAsyncEnumerable<OutgoingMessage[]> messages, CancellationToken ct)
    {
        Exception? error = null;
        try
        {
            var number = 0L;
            await foreach (var some in messages.WithCancellation(ct))
            {
                if (script.OnItem?.Invoke() == false)
                    return;
                script.Items.Enqueue(some.Length);
                foreach (var message in some)
                {
                    script.Sends.Enqueue(message);
                    var answer = AnswerAsync(number++, message);
                    if (!script.Parallel)
                        await answer;
                }
            }
        }
        catch (Exception e)
        {
            error = e;
        }
        finally
        {
            _results.Writer.TryComplete(error);
        }
    }

    private async Task AnswerAsync(long number, OutgoingMessage message)
    {
        try
        {
            var receipt = script.OnSend is { } answer ? await answer(message, context) : script.Store(message);
            Answer(new PublishResult { Number = number, Id = receipt.Id, Position = receipt.Position, Duplicate = receipt.Duplicate });
        }
        catch (HubException e)
        {
            Answer(new PublishResult { Number = number, Id = message.Id, Error = e.Message });
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Answer(new PublishResult { Number = number, Id = message.Id, Error = "An unexpected error." });
        }
    }

    private void Answer(PublishResult result) => _results.Writer.TryWrite([result]);
}

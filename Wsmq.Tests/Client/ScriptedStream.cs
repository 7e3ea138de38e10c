using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>A stream of sends that is answered by the script.</summary>
internal sealed class ScriptedStream(Script script, HubCallerContext context)
{
    // Each result is in flight before the next message is processed: a connection that is lost then has delivered the earlier results.
    private readonly Channel<WsmqItemResult[]> _results = Channel.CreateBounded<WsmqItemResult[]>(1);

    public IAsyncEnumerable<WsmqItemResult[]> RunAsync(IAsyncEnumerable<WsmqOutgoingMessage[]> messages, CancellationToken cancellationToken)
    {
        script.BeginStream();
        _ = TakeAsync(messages, cancellationToken);
        return _results.Reader.ReadAllAsync(cancellationToken);
    }

    // Items are taken at once, also after the end: SignalR blocks the whole connection while one of its streams is not read.
    private async Task TakeAsync(IAsyncEnumerable<WsmqOutgoingMessage[]> messages, CancellationToken cancellationToken)
    {
        var ended = false;
        var answers = Task.CompletedTask;
        var number = 0L;
        try
        {
            await foreach (var some in messages.WithCancellation(cancellationToken))
            {
                if (ended || IsLast(answers))
                {
                    ended = true;
                    continue;
                }

                script.Items.Enqueue(some.Length);
                foreach (var message in some)
                    answers = AnswerAsync(number++, message, script.Parallel ? Task.CompletedTask : answers, cancellationToken);
            }
        }
        catch (Exception)
        {
            // The connection is gone.
        }

        await CompleteAsync(answers, null);
    }

    private bool IsLast(Task answers)
    {
        try
        {
            if (script.OnItem?.Invoke() != false)
                return false;
            _ = CompleteAsync(answers, null);
        }
        catch (HubException e)
        {
            _ = CompleteAsync(answers, e);
        }

        return true;
    }

    private async Task CompleteAsync(Task answers, Exception? error)
    {
        await answers;
        _results.Writer.TryComplete(error);
    }

    private async Task AnswerAsync(long number, WsmqOutgoingMessage message, Task before, CancellationToken cancellationToken)
    {
        await before;
        script.Sends.Enqueue(message);
        try
        {
            var result = await ResultAsync(number, message);
            await _results.Writer.WriteAsync([result], cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The connection is gone, or the script ended the stream.
        }
    }

    private async Task<WsmqItemResult> ResultAsync(long number, WsmqOutgoingMessage message)
    {
        try
        {
            var receipt = script.OnSend is { } answer ? await answer(message, context) : script.Store(message);
            return new WsmqItemResult { Number = number, Id = receipt.Id, Position = receipt.Position, Duplicate = receipt.Duplicate };
        }
        catch (HubException e)
        {
            return new WsmqItemResult { Number = number, Id = message.Id, Error = e.Message };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new WsmqItemResult { Number = number, Id = message.Id, Error = "An unexpected error." };
        }
    }
}

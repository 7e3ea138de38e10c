using System.Threading.Channels;
using Wsmq.Cli.Connecting;

namespace Wsmq.Cli.Commands;

/// <summary>
/// Sends messages in order without waiting for each receipt, and prints receipts as they arrive: at once for a slow input (tail -f), and
/// without slowing down a fast one.
/// </summary>
internal sealed class Sender(Session session, Action<WsmqReceipt> print)
{
    private readonly Channel<Task<WsmqReceipt>> _inFlight = Channel.CreateBounded<Task<WsmqReceipt>>(
        new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true, SingleWriter = true });

    /// <summary>
    /// Whether each message waits for the answer of the one before it. In a sequence those behind one that is refused for a time would be refused
    /// as well.
    /// </summary>
    public bool IsOneByOne { get; init; }

    /// <summary>How many messages there were, also refused ones.</summary>
    public int Count { get; private set; }

    public async Task<int> SendAllAsync(IAsyncEnumerable<WsmqOutgoingMessage> messages, CancellationToken cancellationToken)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var receipts = ReceiveAsync(broken);
        try
        {
            await foreach (var message in messages.WithCancellation(broken.Token))
            {
                var send = session.Client.SendAsync(message, broken.Token);
                await _inFlight.Writer.WriteAsync(send, broken.Token);
                if (IsOneByOne)
                    await ((Task)send).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A send failed: the await below throws its error.
        }
        finally
        {
            _inFlight.Writer.TryComplete();
        }

        return await receipts;
    }

    private async Task<int> ReceiveAsync(CancellationTokenSource broken)
    {
        var code = ExitCodes.Ok;
        try
        {
            await foreach (var send in _inFlight.Reader.ReadAllAsync(broken.Token))
            {
                Count++;
                try
                {
                    await session.WhileHopeful(send);
                    print(await send);
                }
                catch (WsmqException e) when (IsAboutThisMessage(e.Error))
                {
                    // Continue, as the next line may be valid; the exit code reports that one was refused.
                    code = ExitCodes.Refused;
                    await CommandLine.WriteErrorAsync($"message {Count}: {e.Message}");
                }
            }

            return code;
        }
        finally
        {
            await broken.CancelAsync();
        }
    }

    private static bool IsAboutThisMessage(WsmqError error) =>
        error == WsmqErrors.MessageTooLarge || error == WsmqErrors.InvalidBody || error == WsmqErrors.InvalidMessage;
}

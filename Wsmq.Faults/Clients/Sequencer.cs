using System.Diagnostics;
using Wsmq.Faults.History;

namespace Wsmq.Faults.Clients;

/// <summary>
/// Sends the messages of one producer to one address, each with a place in its sequence, as a program with an outbox does: it repeats what has no
/// outcome, and goes on under a higher epoch if the server knows less than it does. On purpose it also repeats what has one, skips numbers, and is
/// copied. One call at a time.
/// </summary>
internal sealed class Sequencer(string producer, string to, PlaceSender sender, Random random)
{
    // A few more than those of which the server keeps the positions.
    private const int MostKept = 12;
    private static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(120);

    // Of the current epoch, as they may be repeated.
    private readonly List<WsmqOutgoingMessage> _kept = [];
    private long _epoch = 1;
    private long _highestEpoch = 1;
    private long _last;
    private int _messages;

    /// <summary>Sends messages that are in flight together, and repeats each until it has an outcome.</summary>
    public async Task SendAsync(int count)
    {
        var overHttp = count == 1 && random.Next(3) == 0;
        List<(WsmqOutgoingMessage Message, Task<PlaceAnswer> First)> batch = [];
        for (var i = 0; i < count; i++)
        {
            var message = Keep(Begin(Next()));
            batch.Add((message, sender.TryAsync(message, overHttp)));
        }

        await Task.WhenAll(batch.Select(b => b.First));
        foreach (var (message, first) in batch)
            await SettleAsync(message, await first);
    }

    /// <summary>A message that is refused for good, by the store or by the node, and uses its number up.</summary>
    public async Task SendRefusedAsync()
    {
        var message = Keep(Begin(Next()));
        var refused = random.Next(2) == 0 && to.StartsWith("group:", StringComparison.Ordinal)
            ? message with { AnyDevice = true }
            : message with { ExpectedTail = new WsmqPosition(WsmqPosition.MaxValue) };
        await SettleAsync(refused, await sender.TryAsync(refused, OverAny()));
    }

    /// <summary>Repeats one of the last messages, which has its outcome.</summary>
    public async Task RepeatAsync()
    {
        if (_kept.Count > 0)
            await sender.TryAsync(_kept[random.Next(_kept.Count)], OverAny());
    }

    /// <summary>A number that skips one. It is not sent otherwise.</summary>
    public Task SkipAsync() => sender.TryAsync(Of(_epoch, _last + 2), OverAny());

    /// <summary>A copy of the program sends another message with the same number over another connection.</summary>
    public async Task CollideAsync()
    {
        var (own, other) = (Begin(Next()), Begin(Of(_epoch, _last)));
        var (first, second) = (sender.TryAsync(own, overHttp: false), sender.TryAsync(other, overHttp: true));
        var answer = await SettleAsync(own, await first);
        if (await SettleAsync(other, await second) is { IsReceipt: true })
            Keep(other);
        else if (answer.IsReceipt)
            Keep(own);
    }

    /// <summary>A copy of the program begins the next epoch, while this one sends.</summary>
    public async Task FenceAsync()
    {
        var own = Begin(Next());
        var copy = Begin(Of(++_highestEpoch, 1));
        var (first, second) = (sender.TryAsync(own, overHttp: false), sender.TryAsync(copy, overHttp: true));
        await SettleAsync(own, await first);
        await SettleAsync(copy, await second);
    }

    // In the order of the numbers: then a number that is refused because it skips one is alone.
    private async Task<PlaceAnswer> SettleAsync(WsmqOutgoingMessage message, PlaceAnswer answer)
    {
        var (start, isFirst) = (Stopwatch.GetTimestamp(), true);
        while (answer.What == PlaceAnswer.Open || (answer.What == PlaceAnswer.Skips && isFirst))
        {
            if (message.Sequence!.Epoch < _epoch || Stopwatch.GetElapsedTime(start) > GiveUp)
            {
                End(message, WsmqErrors.OutcomeUnknown.Code);
                return answer;
            }

            // The first attempt may have been in flight after one that was refused for the moment.
            isFirst = answer.What == PlaceAnswer.Open && isFirst;
            await Task.Delay(random.Next(100, 400));
            answer = await sender.TryAsync(message, OverAny());
        }

        if (answer.IsReceipt)
            sender.Record(new HistoryEvent { Kind = EventKind.Receipt, Id = message.Id, Position = answer.Position });
        else
            End(message, answer.What);
        if (answer.What is PlaceAnswer.Skips or PlaceAnswer.Fenced or PlaceAnswer.TooLow && message.Sequence!.Epoch == _epoch)
            await GoOnAsync();
        return answer;
    }

    // The server has lost what it knew, or a copy has sent under a higher epoch.
    private async Task GoOnAsync()
    {
        (_epoch, _last) = (++_highestEpoch, 0);
        _kept.Clear();
        await SendAsync(1);
    }

    private void End(WsmqOutgoingMessage message, string why) => sender.Record(new HistoryEvent { Kind = EventKind.Failed, Id = message.Id, Why = why });

    private bool OverAny() => random.Next(2) == 0;

    private WsmqOutgoingMessage Next() => Of(_epoch, ++_last);

    private WsmqOutgoingMessage Of(long epoch, long number) => new()
    {
        To = to, Id = $"{sender.Name}#{to}-{epoch}-{number}-{++_messages}", Type = "load", Body = WsmqJsonBody.Parse("\"load\""),
        Sequence = new WsmqSequence(producer, epoch, number),
    };

    private WsmqOutgoingMessage Begin(WsmqOutgoingMessage message)
    {
        sender.Record(Client.SendOf(message));
        return message;
    }

    private WsmqOutgoingMessage Keep(WsmqOutgoingMessage message)
    {
        _kept.Add(message);
        if (_kept.Count > MostKept)
            _kept.RemoveAt(0);
        return message;
    }
}

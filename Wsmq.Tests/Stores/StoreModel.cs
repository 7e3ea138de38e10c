using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

internal enum Step
{
    Append,
    AppendTwice,
    Open,
    Ack,
}

/// <summary>A step of a random run; the numbers are taken modulo the number of choices.</summary>
internal sealed record Move(Step Step, int Who, int What);

/// <summary>
/// The expected behaviour of a user's queue in its simplest form: no grace, no expiry, a small limit.
/// </summary>
internal sealed class StoreModel
{
    public const int MaxCount = 5;
    public const int MaxDevices = 2;

    private readonly Dictionary<(int Sender, int Id), WsmqPosition> _ids = [];
    private readonly SortedDictionary<string, WsmqPosition> _cursors = [];
    private WsmqPosition _removed;
    private WsmqPosition _consumed;

    /// <summary>Every position ever issued, oldest first.</summary>
    public List<WsmqPosition> Given { get; } = [];

    public IEnumerable<WsmqPosition> Kept => Given.Where(p => p > _removed);

    public LogState State => new(Tail, _removed, _consumed, 0);

    private WsmqPosition Tail => Given.Count == 0 ? WsmqPosition.Start : Given[^1];

    public void Appended(int sender, int id, AppendResult result)
    {
        if (_ids.TryGetValue((sender, id), out var first))
        {
            result.Should().Be(new AppendResult(first, true));
            return;
        }

        result.Duplicate.Should().BeFalse();
        result.Position.Should().BeGreaterThan(Tail);
        _ids[(sender, id)] = result.Position;
        Given.Add(result.Position);
        if (Kept.Count() > MaxCount)
            _removed = Given[^(MaxCount + 1)];
    }

    /// <summary>The position where the device starts; null where the device is one too many.</summary>
    public WsmqPosition? Open(string device)
    {
        if (_cursors.TryGetValue(device, out var cursor))
            return cursor;
        if (_cursors.Count == MaxDevices)
            return null;
        return _cursors[device] = _removed;
    }

    public AckResult Ack(string device, WsmqPosition position)
    {
        if (!_cursors.TryGetValue(device, out var cursor))
            return AckResult.NoReader;
        if (position > Tail)
            return AckResult.BeyondTail;
        _cursors[device] = WsmqPosition.Max(cursor, position);
        var slowest = _cursors.Values.Min();
        _consumed = WsmqPosition.Max(_consumed, slowest);
        _removed = WsmqPosition.Max(_removed, Given.LastOrDefault(p => p <= slowest));
        return AckResult.Done;
    }
}

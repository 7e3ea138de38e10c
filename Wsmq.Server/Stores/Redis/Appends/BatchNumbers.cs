using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>The producers of a batch, and the numbers of its messages, as producers.lua expects them.</summary>
internal sealed class BatchNumbers
{
    private const int ItemLength = sizeof(ushort) + ProducerState.NumberDigits;

    // See Header.
    private const int HeaderLength = 2 + 16 + 4 + 4;

    private readonly IReadOnlyList<AppendRequest> _batch;
    private readonly int _lane;
    private readonly long _number;
    private readonly Dictionary<UInt128, ProducerRecord> _byKey = [];
    private readonly ProducerRecord[] _recordOf = [];
    private readonly int _count;

    // Those first of which a state is expected.
    private ProducerRecord[] _records = [];
    private int _expected;

    /// <param name="batch">The messages.</param>
    /// <param name="lane">The number of their lane.</param>
    /// <param name="number">The number of the batch.</param>
    public BatchNumbers(IReadOnlyList<AppendRequest> batch, int lane, long number)
    {
        (_batch, _lane, _number) = (batch, lane, number);
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i].Number is not { } one)
                continue;
            if (_count++ == 0)
                _recordOf = new ProducerRecord[batch.Count];
            if (!_byKey.TryGetValue(one.Producer.Key, out var record))
                _byKey.Add(one.Producer.Key, record = new ProducerRecord(one.Producer));
            record.Add(one);
            _recordOf[i] = record;
        }
    }

    /// <summary>Whether there are ids: each item then has a value of its own.</summary>
    public bool HasIds => _count < _batch.Count;

    /// <summary>How many values <see cref="WriteStates"/> writes.</summary>
    public int ValueCount => 2 * _byKey.Count;

    /// <summary>The length of a buffer for <see cref="Text"/>; after <see cref="Begin"/>.</summary>
    public int BufferBytes { get; private set; }

    /// <summary>The batch is about to be sent. Followed by <see cref="End"/> or <see cref="Fail"/>.</summary>
    public void Begin()
    {
        if (_count == 0)
            return;
        foreach (var record in _byKey.Values)
            record.Begin(_lane, _number);
        _records = [.. _byKey.Values.OrderBy(r => r.Before is null)];
        for (var k = 0; k < _records.Length; k++)
            _records[k].Place = k;
        _expected = _records.Count(r => r.Before is not null);
        BufferBytes = HeaderLength + (ItemLength * _batch.Count)
            + _records.Sum(r => 1 + (r.Before is { } state ? sizeof(ushort) + state.Length : 0));
    }

    /// <summary>Whether a message with an id may be in the batch twice; then more, as repeats.lua expects it.</summary>
    /// <param name="mayRepeat">Whether an id may be in the batch twice.</param>
    /// <param name="expiry">How long producers are known.</param>
    /// <param name="items">The items in the order in which they are sent.</param>
    /// <param name="buffer">Takes the text.</param>
    public RedisValue Text(bool mayRepeat, TimeSpan expiry, IEnumerable<int> items, ref Memory<byte> buffer)
    {
        if (_count == 0)
            return mayRepeat;
        var start = buffer;
        Encoding.ASCII.GetBytes(Header(mayRepeat, expiry), LogGroups.Take(ref buffer, HeaderLength).Span);
        WriteExpected(ref buffer);
        if (!HasIds)
        {
            foreach (var item in items)
                Write(item, LogGroups.Take(ref buffer, ItemLength).Span);
        }

        return start[..^buffer.Length];
    }

    /// <summary>Writes what is at the end of the values: the key and the new state of each producer.</summary>
    public void WriteStates(Span<RedisValue> values)
    {
        for (var k = 0; k < _records.Length; k++)
            (values[2 * k], values[(2 * k) + 1]) = (_records[k].Producer.KeyBytes(), _records[k].After);
    }

    /// <summary>What identifies a message with a number; null for one with an id.</summary>
    public Memory<byte>? TryWrite(int item, ref Memory<byte> buffer)
    {
        if (_batch[item].Number is null)
            return null;
        var text = LogGroups.Take(ref buffer, ItemLength);
        Write(item, text.Span);
        return text;
    }

    /// <summary>The state of a producer (counted from 0) is not as it was expected. Before <see cref="End"/>.</summary>
    public void Tell(int producer, string state) => _records[producer].Told = state;

    /// <summary>The batch was executed.</summary>
    public void End()
    {
        foreach (var record in _records)
            record.End(_lane, _number);
    }

    /// <summary>Whether the batch was executed is not known; maybe it was not sent.</summary>
    public void Fail()
    {
        foreach (var record in _byKey.Values)
            record.Fail(_lane, _number);
    }

    private string Header(bool mayRepeat, TimeSpan expiry) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(mayRepeat ? '1' : '0')}{(HasIds ? '1' : '0')}{expiry.Micros():D16}{_records.Length:D4}{_expected:D4}");

    private void WriteExpected(ref Memory<byte> buffer)
    {
        foreach (var record in _records.AsSpan(_expected))
            LogGroups.Take(ref buffer, 1).Span[0] = record.IsOdd ? (byte)'!' : (byte)'?';
        var expected = _records.AsSpan(0, _expected);
        foreach (var record in expected)
            BinaryPrimitives.WriteUInt16BigEndian(LogGroups.Take(ref buffer, sizeof(ushort)).Span, checked((ushort)record.Before!.Length));
        foreach (var record in expected)
        {
            var text = LogGroups.Take(ref buffer, record.Before!.Length + 1).Span;
            Encoding.ASCII.GetBytes(record.Before, text);
            text[^1] = (byte)',';
        }
    }

    private void Write(int item, Span<byte> to)
    {
        var number = _batch[item].Number!.Value;
        var record = _recordOf[item];
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)(record.Place + 1));
        to = to[sizeof(ushort)..];
        if (number.Producer.Epoch < record.Producer.Epoch)
            to.Fill((byte)'-');
        else
            number.Value.TryFormat(to, out _, "D12", CultureInfo.InvariantCulture);
    }
}

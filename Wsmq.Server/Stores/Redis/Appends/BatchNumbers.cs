using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>The producers of a batch, and the numbers of its messages, as producers.lua expects them.</summary>
internal sealed class BatchNumbers
{
    private const int ItemLength = sizeof(ushort) + ProducerState.NumberDigits;

    private readonly IReadOnlyList<AppendRequest> _batch;
    private readonly int _lane;
    private readonly long _number;
    private readonly Dictionary<UInt128, int> _places = [];
    private readonly int[] _recordOf = [];
    private readonly int _count;
    private List<ProducerRecord> _records = [];
    private int[] _order = [];

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
                _recordOf = new int[batch.Count];
            _recordOf[i] = RecordOf(one.Producer);
            _records[_recordOf[i]].Add(one);
        }
    }

    /// <summary>Whether there are ids: each item then has a value of its own.</summary>
    public bool HasIds => _count < _batch.Count;

    /// <summary>How many values <see cref="WriteStates"/> writes.</summary>
    public int ValueCount => 2 * _records.Count;

    /// <summary>The length of a buffer for <see cref="Text"/>; after <see cref="Begin"/>.</summary>
    public int BufferBytes { get; private set; }

    /// <summary>The batch is about to be sent. Followed by <see cref="End"/> or <see cref="Fail"/>.</summary>
    public void Begin()
    {
        if (_count == 0)
            return;
        foreach (var record in _records)
            record.Begin(_lane, _number);

        // The order of the producers changes: those first of which a state is expected.
        var places = Enumerable.Range(0, _records.Count).OrderBy(k => _records[k].Before is null).ToArray();
        _order = new int[places.Length];
        for (var k = 0; k < places.Length; k++)
            _order[places[k]] = k;
        _records = [.. places.Select(k => _records[k])];
        BufferBytes = Header(false, default).Length + (ItemLength * _batch.Count)
            + _records.Sum(r => 1 + (r.Before is { } state ? sizeof(ushort) + state.Length : 0));
    }

    /// <summary>Whether a message with an id may be in the batch twice; then more, as repeats.lua expects it.</summary>
    /// <param name="mayRepeat">Whether an id may be in the batch twice.</param>
    /// <param name="expiry">How long producers are known.</param>
    /// <param name="items">The items in the order in which they are sent.</param>
    /// <param name="buffer">Takes the text.</param>
    public Memory<byte> Text(bool mayRepeat, TimeSpan expiry, IEnumerable<int> items, ref Memory<byte> buffer)
    {
        if (_count == 0)
            return mayRepeat ? "1"u8.ToArray() : "0"u8.ToArray();
        var start = buffer;
        var header = Header(mayRepeat, expiry);
        Encoding.ASCII.GetBytes(header, LogGroups.Take(ref buffer, header.Length).Span);
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
        for (var k = 0; k < _records.Count; k++)
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

    /// <summary>The batch was executed.</summary>
    /// <param name="told">The states that are not as they were expected: number of the producer, from 0, and state.</param>
    public void End(IReadOnlyDictionary<int, string> told)
    {
        for (var k = 0; k < _records.Count; k++)
            _records[k].End(_lane, _number, told.GetValueOrDefault(k));
    }

    public void Fail() => _records.ForEach(r => r.Fail(_lane, _number));

    private string Header(bool mayRepeat, TimeSpan expiry) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(mayRepeat ? '1' : '0')}{(HasIds ? '1' : '0')}{expiry.Micros():D16}{_records.Count:D4}{_records.Count(r => r.Before is not null):D4}");

    private void WriteExpected(ref Memory<byte> buffer)
    {
        foreach (var record in _records.Where(r => r.Before is null))
            LogGroups.Take(ref buffer, 1).Span[0] = record.IsOdd ? (byte)'!' : (byte)'?';
        foreach (var record in _records.Where(r => r.Before is not null))
            BinaryPrimitives.WriteUInt16BigEndian(LogGroups.Take(ref buffer, sizeof(ushort)).Span, checked((ushort)record.Before!.Length));
        foreach (var record in _records.Where(r => r.Before is not null))
        {
            var text = LogGroups.Take(ref buffer, record.Before!.Length + 1).Span;
            Encoding.ASCII.GetBytes(record.Before, text);
            text[^1] = (byte)',';
        }
    }

    private void Write(int item, Span<byte> to)
    {
        var number = _batch[item].Number!.Value;
        var place = _order[_recordOf[item]];
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)(place + 1));
        to = to[sizeof(ushort)..];
        if (number.Producer.Epoch < _records[place].Producer.Epoch)
            to.Fill((byte)'-');
        else
            number.Value.TryFormat(to, out _, "D12", CultureInfo.InvariantCulture);
    }

    private int RecordOf(Producer producer)
    {
        if (_places.TryGetValue(producer.Key, out var known))
            return known;
        _records.Add(new ProducerRecord(producer));
        return _places[producer.Key] = _records.Count - 1;
    }
}

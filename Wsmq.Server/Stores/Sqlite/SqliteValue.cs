namespace Wsmq.Server.Stores.Sqlite;

/// <summary>
/// A value for a parameter of a statement: without a box for each number, and with blobs that are parts of larger arrays.
/// </summary>
internal readonly struct SqliteValue
{
    private readonly long _number;
    private readonly string? _text;
    private readonly ReadOnlyMemory<byte> _blob;
    private readonly Kind _kind;

    private SqliteValue(Kind kind, long number, string? text, ReadOnlyMemory<byte> blob) =>
        (_kind, _number, _text, _blob) = (kind, number, text, blob);

    private enum Kind
    {
        Number,
        Text,
        Blob,
    }

    public static implicit operator SqliteValue(long number) => new(Kind.Number, number, null, default);

    public static implicit operator SqliteValue(string text) => new(Kind.Text, 0, text, default);

    public static implicit operator SqliteValue(ReadOnlyMemory<byte> blob) => new(Kind.Blob, 0, null, blob);

    public void Bind(SqliteStatement statement, int index)
    {
        if (_kind == Kind.Number)
            statement.BindNumber(index, _number);
        else if (_kind == Kind.Text)
            statement.BindText(index, _text!);
        else
            statement.BindBlob(index, _blob.Span);
    }
}

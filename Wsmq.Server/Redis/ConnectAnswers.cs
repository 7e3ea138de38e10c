using System.Text;

namespace Wsmq.Server.Redis;

/// <summary>
/// What the driver writes about an attempt to connect. It is the only place where it says that a server was reached, and answered
/// that it loads its data or is busy: what it throws has no word of that. Keeps that answer and nothing else.
/// </summary>
internal sealed class ConnectAnswers : TextWriter
{
    private volatile string? _answer;

    /// <summary>Null where no server answered so.</summary>
    public string? NotYet => _answer;

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value)
    {
        // Lines are written as a whole.
    }

    public override void Write(string? value) => _answer = RedisErrors.PassingIn(value) ?? _answer;

    public override void WriteLine(string? value) => Write(value);
}

using System.Text;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>
/// Receives the driver's log of an attempt to connect. Only this log shows that a server was reached and answered that it is loading
/// its data or busy; the driver's exception does not. Stores only that answer.
/// </summary>
internal sealed class ConnectAnswers : TextWriter
{
    private volatile string? _answer;

    /// <summary>Such an answer (LOADING, BUSY, ...), or null if no server gave one.</summary>
    public string? NotYet => _answer;

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value)
    {
        // The driver writes whole lines.
    }

    public override void Write(string? value) => _answer = RedisErrors.PassingIn(value) ?? _answer;

    public override void WriteLine(string? value) => Write(value);
}

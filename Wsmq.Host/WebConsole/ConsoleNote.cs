namespace Wsmq.Host.WebConsole;

/// <summary>What the console pushes.</summary>
internal sealed record ConsoleNote(string Text);

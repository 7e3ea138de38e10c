using Wsmq;

namespace WebPush;

/// <summary>A message of one user to another one.</summary>
/// <param name="Text">What is said.</param>
[WsmqMessageType("chat")]
public sealed record Chat(string Text);

using Wsmq;

namespace Devices;

// What the server and its devices say to each other. The names are those on the wire: the device in JavaScript uses them as well.

/// <summary>A command: what is the temperature? Answered with a <see cref="Reading"/>.</summary>
[WsmqMessageType("measure")]
internal sealed record Measure;

/// <summary>A command: heat to a temperature. Answered with the <see cref="Target"/>, or refused with <c>out-of-range</c>.</summary>
[WsmqMessageType("set-target")]
internal sealed record SetTarget(double Celsius);

/// <summary>A command that takes its time. Answered with a <see cref="Reading"/> at its end.</summary>
[WsmqMessageType("calibrate")]
internal sealed record Calibrate(double Seconds);

/// <summary>The temperature to which a device heats.</summary>
internal sealed record Target(double Celsius);

/// <summary>A temperature: a reply, and what devices report on their own.</summary>
[WsmqMessageType("reading")]
internal sealed record Reading(double Celsius);

/// <summary>How a device is to work. The newest one counts, however old it is: it is state.</summary>
[WsmqMessageType("configuration")]
internal sealed record Configuration(double Celsius, double ReportEverySeconds);

/// <summary>A text for the display. It is worth nothing after a while: it has a time to live.</summary>
[WsmqMessageType("notice")]
internal sealed record Notice(string Text);

using System;
using System.Device.Gpio;
using System.Threading;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>A pin that is pulled low to call, and pulled up otherwise. The call is remembered and wakes a thread; nothing else.</summary>
    public sealed class InterruptLine : IInterruptLine
    {
        private readonly AutoResetEvent _wake;
        private readonly GpioPin _pin;
        private int _signalled;

        private InterruptLine(GpioPin pin, AutoResetEvent wake)
        {
            _pin = pin;
            _wake = wake;
            _pin.ValueChanged += OnChange;
        }

        /// <summary>The line on a pin, or null where there is none or it does not open.</summary>
        public static InterruptLine? Open(GpioController gpio, int pin, AutoResetEvent wake)
        {
            if (pin < 0)
                return null;
            try
            {
                return new InterruptLine(gpio.OpenPin(pin, PinMode.InputPullUp), wake);
            }
            catch (Exception)
            {
                return null;
            }
        }

        /// <inheritdoc/>
        public bool TakeSignal()
        {
            return Interlocked.Exchange(ref _signalled, 0) != 0;
        }

        private void OnChange(object sender, PinValueChangedEventArgs e)
        {
            if (e.ChangeType != PinEventTypes.Falling)
                return;
            Interlocked.Exchange(ref _signalled, 1);
            _wake.Set();
        }
    }
}

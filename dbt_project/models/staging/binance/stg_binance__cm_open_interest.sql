-- Five-minute open interest of Binance's coin-margined perpetuals. USD would be contracts times their size, which only
-- the catalogue knows.
{{ staged(
    'binance', 'binance_cm_open_interest',
    shape='open_interest', ties=['labelled_at', 'channel', 'open_interest_contracts', 'open_interest_coin'],
    columns={
        'open_interest_contracts': 'open_interest_contracts',
        'open_interest_coin': 'open_interest_coin',
        'is_both_sides': 'false',
        'top_trader_account_ratio': 'top_trader_account_ratio',
        'top_trader_position_ratio': 'top_trader_position_ratio',
        'account_ratio': 'account_ratio',
        'taker_volume_ratio': 'taker_volume_ratio',
        'channel': 'channel',
        'labelled_at': 'labelled_at',
    }
) }}

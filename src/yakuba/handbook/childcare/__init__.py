"""Childcare information for residents: places, vacancies and support schemes out of the register."""
